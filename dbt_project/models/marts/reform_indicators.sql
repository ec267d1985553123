with noted as (
    select
        parts.*,
        indicators.indicator_kind,
        case
            when parts.wards_with_data = 0 then 'not_reported'
            when parts.denominator = 0 then indicators.empty_note
            when parts.denominator < indicators.small_number_threshold then 'suppressed_small_number'
        end as value_note
    from {{ ref('int_indicator_values') }} as parts
    inner join {{ ref('dim_indicator') }} as indicators
        on parts.indicator_code = indicators.indicator_code and parts.indicator_version = indicators.indicator_version
),

valued as (
    select
        noted.*,
        case
            when noted.value_note is not null then null
            when noted.indicator_kind = 'median' then noted.median_value
            when noted.indicator_kind in ('ratio', 'concentration')
                then cast(noted.numerator as double precision) / cast(noted.denominator as double precision)
            else cast(noted.numerator as double precision)
        end as indicator_value
    from noted
),

targets as (
    select
        indicator_code,
        indicator_version,
        applies_from,
        target,
        comparison,
        lead(applies_from) over (
            partition by indicator_code, indicator_version
            order by applies_from
        ) as next_from
    from {{ ref('int_indicator_targets') }}
)

select
    valued.indicator_code,
    valued.indicator_version,
    valued.ward_key,
    valued.district_code,
    valued.period_grain,
    valued.period_start,
    valued.period_end,
    cast(case when valued.value_note = 'suppressed_small_number' then null else valued.numerator end as bigint)
        as numerator,
    cast(case when valued.value_note = 'suppressed_small_number' then null else valued.denominator end as bigint)
        as denominator,
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
    valued.is_provisional
from valued
left join targets
    on
        valued.indicator_code = targets.indicator_code
        and valued.indicator_version = targets.indicator_version
        and valued.period_start >= targets.applies_from
        and (targets.next_from is null or valued.period_start < targets.next_from)
