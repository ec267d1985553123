-- The figures of indicators that Decision 766 asks for, by unit and period; one of which a returned figure is taken off
-- is known of the wards that have both alone, and a district adds up those. A night has the periods that it computes
-- again.
with origins as (
    select distinct
        indicator_code,
        less_item_code
    from {{ ref('scorecard_figures') }}
    where scorecard = 'decision_766' and indicator_code is not null
),

figures as (
    select
        origins.less_item_code,
        indicators.indicator_code,
        indicators.ward_key,
        indicators.district_code,
        indicators.period_grain,
        indicators.period_start,
        indicators.period_end,
        indicators.numerator,
        indicators.denominator,
        indicators.value_note,
        indicators.wards_reporting
    from origins
    inner join {{ ref('reform_indicators') }} as indicators on origins.indicator_code = indicators.indicator_code
    where indicators.period_grain <> 'day' and {{ is_noted_period('indicators') }}
),

lessened as (
    select
        figures.less_item_code,
        figures.indicator_code,
        figures.ward_key,
        figures.district_code,
        figures.period_grain,
        figures.period_start,
        figures.period_end,
        case
            when taken_off.numerator is not null then greatest(figures.numerator - taken_off.numerator, 0)
        end as numerator,
        figures.denominator,
        coalesce(figures.value_note, taken_off.value_note) as value_note,
        figures.wards_reporting
    from figures
    inner join {{ ref('int_decision_766_items') }} as taken_off
        on
            figures.less_item_code = taken_off.item_code
            and figures.ward_key = taken_off.ward_key
            and figures.district_code = taken_off.district_code
            and figures.period_grain = taken_off.period_grain
            and figures.period_start = taken_off.period_start
            and figures.period_end = taken_off.period_end
)

select * from figures
where less_item_code is null
union all
select * from lessened
union all
select
    less_item_code,
    indicator_code,
    cast(null as varchar) as ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    sum(numerator) as numerator,
    cast(sum(denominator) as bigint) as denominator,
    case when sum(denominator) = 0 then 'no_dossiers' end as value_note,
    cast(sum(wards_reporting) as bigint) as wards_reporting
from lessened
where value_note is null or value_note = 'no_dossiers'
group by less_item_code, indicator_code, district_code, period_grain, period_start, period_end
