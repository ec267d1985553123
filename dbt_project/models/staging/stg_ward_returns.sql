select
    ward_key
    || ':' || coalesce(unit_code, '')
    || ':' || item_code
    || ':' || period_grain
    || ':' || cast(period_start as varchar)
    || ':' || cast(period_end as varchar) as return_key,
    ward_key,
    district_code,
    source_record_id,
    unit_code,
    period_grain,
    period_start,
    period_end,
    item_code,
    numerator,
    denominator,
    value,
    bound,
    unit_of_measure,
    evidence_number,
    submitted_at,
    submitted_date,
    source_changed_at,
    night,
    system,
    content_hash
from {{ source('raw', 'ward_returns') }}
