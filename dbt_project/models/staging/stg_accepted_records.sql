select
    record_kind,
    ward_key,
    district_code,
    source_record_id,
    night
from {{ source('raw', 'accepted_records') }}
