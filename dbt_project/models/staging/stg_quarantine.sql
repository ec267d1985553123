select
    entry_id,
    record_kind,
    ward_key,
    district_code,
    night,
    source_record_id,
    source_position,
    received,
    rules,
    rule_codes,
    content_hash,
    quarantined_at
from {{ source('raw', 'quarantine') }}
