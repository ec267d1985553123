{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

with figures as (
    select
        parts.*,
        indicators.indicator_kind,
        indicators.small_number_threshold,
        indicators.empty_note,
        case
            when indicators.small_number_threshold is not null
                then coalesce(indicators.hidden_with, indicators.indicator_code)
        end as family -- noqa: RF04
    from {{ ref('int_indicator_values') }} as parts
    inner join {{ ref('dim_indicator') }} as indicators
        on parts.indicator_code = indicators.indicator_code and parts.indicator_version = indicators.indicator_version
    where {{ is_noted_period('parts') }}
),

hidden_beside as (
    select *
    from {{ ref('int_suppressed_figures') }}
    where note = 'suppressed_secondary' and dimension is null
),

noted as (
    select
        parts.*,
        case
            when parts.wards_recording = 0 then 'not_recorded'
            when parts.wards_with_data = 0 then 'not_reported'
            when parts.denominator between 1 and parts.small_number_threshold - 1 then 'suppressed_small_number'
            when hidden.note is not null then hidden.note
            when parts.denominator = 0 then parts.empty_note
        end as value_note
    from figures as parts
    -- By equalities alone: with a condition of one side besides, the engine would compare each row with each.
    left join hidden_beside as hidden
        on
            parts.family = hidden.family
            and coalesce(parts.ward_key, '') = coalesce(hidden.ward_key, '')
            and parts.district_code = hidden.district_code
            and parts.period_grain = hidden.period_grain
            and parts.period_start = hidden.period_start
            and parts.period_end = hidden.period_end
),

valued as (
    select
        noted.*,
        coalesce(noted.value_note in ('suppressed_small_number', 'suppressed_secondary'), false) as is_suppressed,
        case
            when noted.value_note is not null then null
            when noted.indicator_kind = 'median' then noted.median_value
            when noted.indicator_kind in ('ratio', 'concentration')
                then
                    cast(noted.numerator as double precision)
                    / cast(noted.denominator as double precision)
            else cast(noted.numerator as double precision)
        end as indicator_value
    from noted
)

select
    valued.indicator_code,
    valued.indicator_version,
    valued.ward_key,
    valued.district_code,
    valued.period_grain,
    valued.period_start,
    valued.period_end,
    cast(case when not valued.is_suppressed then valued.numerator end as bigint) as numerator,
    cast(case when not valued.is_suppressed then valued.denominator end as bigint) as denominator,
    valued.indicator_value as value, -- noqa: RF04
    valued.value_note,
    targets.target,
    case targets.comparison
        when 'at_least' then valued.indicator_value >= targets.target
        when 'above' then valued.indicator_value > targets.target
        when 'at_most' then valued.indicator_value <= targets.target
        when 'below' then valued.indicator_value < targets.target
    end as target_met,
    cast(valued.wards_reporting as integer) as wards_reporting,
    cast(valued.wards_expected as integer) as wards_expected,
    -- Provisional until somebody closed it; what is not over cannot be final.
    valued.is_provisional or coalesce(decided.state, 'provisional') <> 'closed' as is_provisional,
    case when decided.state in ('reviewed', 'closed') then decided.state else 'provisional' end as period_state
from valued
left join {{ ref('int_district_targets') }} as targets
    on
        valued.district_code = targets.district_code
        and valued.indicator_code = targets.indicator_code
        and valued.indicator_version = targets.indicator_version
        and valued.period_start >= targets.applies_from
        and valued.period_start < coalesce(targets.next_from, date '9999-12-31')
left join {{ ref('period_decisions') }} as decided
    on
        valued.district_code = decided.district_code
        and coalesce(valued.ward_key, '') = coalesce(decided.ward_key, '')
        and valued.period_grain = decided.period_grain
        and valued.period_start = decided.period_start
        and valued.period_end = decided.period_end
        and decided.is_newest
-- Whoever reads asks for one grain: rows of one lie together, so that the others, most of them days, are passed over.
-- Bench key `night_100k_s`.
order by valued.period_grain
