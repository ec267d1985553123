{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

-- Parts that add up, by the units of today: each ward's figures are in exactly one place, a unit of today or, where the
-- sources do not say which, unassigned. "As it was" is reform_indicators itself: its wards and districts are those of
-- the time.
with placed as (
    select
        figures.indicator_code,
        figures.indicator_version,
        figures.district_code,
        figures.period_grain,
        figures.period_start,
        figures.period_end,
        coalesce(
            now.now_key,
            case when wards.unit_kind <> 'ward' then 'no_ward' else 'unassigned' end
        ) as unit_now,
        case
            when wards.unit_kind <> 'ward' then null
            when now.ward_history_key is null then 'code_not_known'
            else now.note
        end as note,
        figures.numerator * coalesce(now.share, 1) as numerator,
        figures.denominator * coalesce(now.share, 1) as denominator,
        indicators.indicator_kind,
        indicators.empty_note,
        indicators.small_number_threshold
    from {{ ref('reform_indicators') }} as figures
    inner join {{ ref('dim_indicator') }} as indicators
        on
            figures.indicator_code = indicators.indicator_code
            and figures.indicator_version = indicators.indicator_version
    inner join {{ ref('dim_ward') }} as wards on figures.ward_key = wards.ward_key
    left join {{ ref('dim_ward_history') }} as history
        on
            wards.ward_code = history.ward_code
            -- A ward that ended in the period is what it was then, not whoever has its code at the period's end.
            and least(figures.period_end, wards.in_force_to) between history.valid_from and history.valid_to
    left join {{ ref('int_ward_now') }} as now on history.ward_history_key = now.ward_history_key
    where
        figures.period_grain <> 'day'
        and {{ is_noted_period('figures') }}
        and indicators.indicator_kind in ('count', 'stock', 'ratio')
        and figures.numerator is not null
),

summed as (
    select
        indicator_code,
        indicator_version,
        unit_now,
        -- Units of today cross the districts that were; what is in no unit of today stays with its district.
        case when unit_now in ('no_ward', 'unassigned') then district_code end as district_code,
        period_grain,
        period_start,
        period_end,
        note,
        indicator_kind,
        empty_note,
        small_number_threshold,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        coalesce(sum(denominator) > 0 and sum(denominator) < small_number_threshold, false) as is_suppressed,
        count(*) as wards
    from placed
    group by
        indicator_code,
        indicator_version,
        unit_now,
        case when unit_now in ('no_ward', 'unassigned') then district_code end,
        period_grain,
        period_start,
        period_end,
        note,
        indicator_kind,
        empty_note,
        small_number_threshold
)

select
    summed.indicator_code,
    summed.indicator_version,
    summed.unit_now,
    units.name_vi as unit_name_vi,
    summed.district_code,
    summed.period_grain,
    summed.period_start,
    summed.period_end,
    case when not summed.is_suppressed then cast(summed.numerator as double precision) end as numerator,
    case when not summed.is_suppressed then cast(summed.denominator as double precision) end as denominator,
    case
        when summed.is_suppressed then null
        when summed.indicator_kind <> 'ratio' then cast(summed.numerator as double precision)
        when summed.denominator > 0 then cast(summed.numerator as double precision) / summed.denominator
    end as value, -- noqa: RF04
    coalesce(
        summed.note,
        case when summed.is_suppressed then 'suppressed_small_number' end,
        case when summed.indicator_kind = 'ratio' and summed.denominator = 0 then summed.empty_note end
    ) as value_note,
    cast(summed.wards as integer) as wards
from summed
left join {{ ref('dim_ward_history') }} as units on summed.unit_now = units.ward_history_key
