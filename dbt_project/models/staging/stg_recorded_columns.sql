select
    ward_key,
    record_kind,
    column_name
from {{ source('raw', 'recorded_columns') }}
