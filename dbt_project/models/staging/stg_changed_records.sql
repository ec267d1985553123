select distinct
    record_kind,
    ward_key,
    source_record_id
from {{ source('raw', 'changed_records') }}
