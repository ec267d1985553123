select
    record_kind,
    ward_key,
    district_code,
    night,
    manifest_id,
    rows_read,
    rows_accepted,
    rows_quarantined,
    rows_unchanged,
    cursor_to,
    is_full,
    committed_at
from {{ source('raw', 'partitions') }}
