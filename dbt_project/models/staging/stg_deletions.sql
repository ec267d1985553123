select
    record_kind,
    ward_key,
    district_code,
    source_record_id,
    night,
    is_deleted,
    reconciled_at
from {{ source('raw', 'deletions') }}
