-- The figures of returns that Decision 766 asks for, by unit and period: one item, or its classes, each an item with a
-- dot. A share above one, a bound or a figure whose base is missing is a slip, and no figure.
with items as (
    select item_code
    from {{ ref('scorecard_figures') }}
    where scorecard = 'decision_766' and item_code is not null
    union
    select less_item_code as item_code
    from {{ ref('scorecard_figures') }}
    where scorecard = 'decision_766' and less_item_code is not null
),

placed as (
    select
        r.ward_key,
        r.district_code,
        p.period_grain,
        p.period_start,
        p.period_end,
        items.item_code,
        count(*) as returned,
        count(r.quantity) as quantities,
        count(r.base) as bases,
        sum(r.quantity) as quantity,
        sum(r.base) as base
    from {{ ref('fct_ward_returns') }} as r
    inner join items on split_part(r.item_code, '.', 1) = items.item_code
    inner join {{ ref('int_periods') }} as p
        on
            r.district_code = p.district_code
            and p.period_grain <> 'day'
            and {{ indicator_placement({'date': 'counted_date', 'record_kind': 'ward_returns'}) }}
    group by r.ward_key, r.district_code, p.period_grain, p.period_start, p.period_end, items.item_code
),

judged as (
    select
        placed.*,
        placed.returned = placed.quantities
        and placed.quantity >= 0
        and (placed.bases = 0 or (placed.bases = placed.returned and placed.quantity <= placed.base)) as is_usable,
        -- Where any ward gives a base the item is a share: a count without one adds to no district's share.
        placed.bases > 0
        or max(placed.bases) over (
            partition by
                placed.district_code, placed.period_grain, placed.period_start, placed.period_end, placed.item_code
        ) = 0 as has_its_base
    from placed
)

select
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    item_code,
    case when is_usable then quantity end as numerator,
    case when is_usable then base end as denominator,
    case when is_usable then 1 else 0 end as wards_reporting,
    case when not is_usable then 'not_usable' end as value_note
from judged
union all
select
    cast(null as varchar) as ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    item_code,
    sum(case when is_usable and has_its_base then quantity end) as numerator,
    sum(case when is_usable and has_its_base then base end) as denominator,
    cast(sum(case when is_usable and has_its_base then 1 else 0 end) as bigint) as wards_reporting,
    cast(null as varchar) as value_note
from judged
group by district_code, period_grain, period_start, period_end, item_code
