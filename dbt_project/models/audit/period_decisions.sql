-- Every step of every period, and which of them counts: the newest of its unit and period.
select
    district_code || ':' || cast(decision_number as varchar) as decision_key,
    decision_number,
    district_code,
    ward_key,
    period_grain,
    period_start,
    period_end,
    state,
    decided_by,
    decided_at,
    reason,
    as_of,
    built_at,
    snapshot_id,
    row_number() over (
        partition by district_code, ward_key, period_grain, period_start, period_end
        order by decision_number desc
    ) = 1 as is_newest
from {{ source('raw', 'period_decisions') }}
