-- "hơn 10" is no 10: what is no exact figure stands beside the values and is never added up with them. What indicators
-- count is quantity over base, on counted_date, in the periods that hold the return's own and no wider return of it.
with dated as (
    select
        sent.*,
        case when sent.bound = 'exact' then sent.value end as exact_value,
        case when sent.bound <> 'exact' then sent.value end as bound_value,
        -- A year's report that is sent before the year is over counts from the day on which it is sent.
        greatest(
            sent.period_start, least(sent.period_end, coalesce(sent.submitted_date, sent.night))
        ) as counted_date
    from {{ ref('int_ward_returns__current') }} as sent
),

counted as (
    select
        dated.*,
        coalesce(
            dated.numerator,
            case when coalesce(dated.unit_of_measure, '') not in ('percent', 'score') then dated.exact_value end
        ) as quantity,
        lead(dated.counted_date) over (
            partition by dated.ward_key, dated.unit_code, dated.item_code, dated.period_grain
            order by dated.period_end, dated.counted_date, dated.return_key
        ) as next_counted_date,
        -- procedure_review.department.done and .under_way are one group; an item without a dot is a group of its own.
        regexp_replace(dated.item_code, '[.][^.]*$', '') as item_group
    from dated
),

-- The same period twice, under two grains, counts once.
wider as (
    select
        one.return_key,
        another.period_start as wider_start,
        another.period_end as wider_end,
        row_number() over (
            partition by one.return_key
            order by another.period_start desc, another.period_end asc, another.return_key asc
        ) as wider_rank
    from counted as one
    inner join counted as another
        on
            one.ward_key = another.ward_key
            and one.item_code = another.item_code
            and coalesce(one.unit_code, '') = coalesce(another.unit_code, '')
            and one.return_key <> another.return_key
            and one.period_start >= another.period_start
            and one.period_end <= another.period_end
            and (
                one.period_start > another.period_start
                or one.period_end < another.period_end
                or one.return_key < another.return_key
            )
),

item_bases as (
    select
        ward_key,
        item_group,
        item_code,
        period_start,
        period_end,
        sum(case when quantity is not null then denominator end) as item_base
    from counted
    group by ward_key, item_group, item_code, period_start, period_end
),

group_bases as (
    select
        ward_key,
        item_group,
        period_start,
        period_end,
        max(item_base) > min(item_base) as base_contradicts
    from item_bases
    group by ward_key, item_group, period_start, period_end
)

select
    counted.return_key,
    counted.ward_key,
    counted.district_code,
    counted.source_record_id,
    counted.unit_code,
    counted.item_code,
    counted.period_grain,
    counted.period_start,
    counted.period_end,
    counted.numerator,
    counted.denominator,
    counted.exact_value as value, -- noqa: RF04
    counted.bound,
    counted.bound_value,
    counted.quantity,
    coalesce(counted.quantity, case when counted.bound = 'at_least' then counted.bound_value end) as least_quantity,
    case when counted.quantity is not null then counted.denominator end as base,
    coalesce(group_bases.base_contradicts, false) as base_contradicts,
    counted.counted_date,
    counted.next_counted_date,
    wider.wider_start,
    wider.wider_end,
    -- What was over before the unit was in force counts in no period of it.
    case when counted.period_end < wards.in_force_from then wards.in_force_from end as counted_from,
    cast(null as date) as counted_to,
    counted.unit_of_measure,
    counted.evidence_number,
    counted.submitted_at,
    counted.submitted_date,
    counted.source_changed_at,
    counted.night,
    counted.system
from counted
left join wider on counted.return_key = wider.return_key and wider.wider_rank = 1
left join group_bases
    on
        counted.ward_key = group_bases.ward_key
        and counted.item_group = group_bases.item_group
        and counted.period_start = group_bases.period_start
        and counted.period_end = group_bases.period_end
left join {{ ref('stg_wards') }} as wards on counted.ward_key = wards.ward_key
