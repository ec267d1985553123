-- "hơn 10" is no 10: what is no exact figure stands beside the values and is never added up with them.
select
    return_key,
    ward_key,
    district_code,
    source_record_id,
    unit_code,
    item_code,
    period_grain,
    period_start,
    period_end,
    numerator,
    denominator,
    case when bound = 'exact' then value end as value, -- noqa: RF04
    bound,
    case when bound <> 'exact' then value end as bound_value,
    unit_of_measure,
    evidence_number,
    submitted_at,
    submitted_date,
    source_changed_at,
    night,
    system
from {{ ref('int_ward_returns__current') }}
