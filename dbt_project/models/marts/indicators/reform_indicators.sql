with noted as (
    select
        parts.*,
        indicators.indicator_kind,
        case
            when parts.wards_with_data = 0 then 'not_reported'
            when parts.denominator = 0 then indicators.empty_note
            when parts.denominator < indicators.small_number_threshold then 'suppressed_small_number'
        end as first_note
    from {{ ref('int_indicator_values') }} as parts
    inner join {{ ref('dim_indicator') }} as indicators
        on parts.indicator_code = indicators.indicator_code and parts.indicator_version = indicators.indicator_version
),

-- One suppressed ward would be the district less its other wards: the smallest of those is suppressed with it.
ranked as (
    select
        noted.*,
        sum(case when noted.first_note = 'suppressed_small_number' then 1 else 0 end) over siblings as suppressed,
        row_number() over (
            partition by
                noted.indicator_code,
                noted.indicator_version,
                noted.district_code,
                noted.ward_key is null,
                noted.period_grain,
                noted.period_start,
                noted.period_end
            order by case when noted.first_note is null then 0 else 1 end, noted.denominator, noted.ward_key
        ) as smallest
    from noted
    window
        siblings as (
            partition by
                noted.indicator_code,
                noted.indicator_version,
                noted.district_code,
                noted.ward_key is null,
                noted.period_grain,
                noted.period_start,
                noted.period_end
        )
),

noted_twice as (
    select
        ranked.*,
        case
            when
                ranked.first_note is null
                and ranked.ward_key is not null
                and ranked.suppressed = 1
                and ranked.smallest = 1
                then 'suppressed_secondary'
            else ranked.first_note
        end as value_note
    from ranked
),

valued as (
    select
        noted_twice.*,
        coalesce(noted_twice.value_note in ('suppressed_small_number', 'suppressed_secondary'), false) as is_suppressed,
        case
            when noted_twice.value_note is not null then null
            when noted_twice.indicator_kind = 'median' then noted_twice.median_value
            when noted_twice.indicator_kind in ('ratio', 'concentration')
                then
                    cast(noted_twice.numerator as double precision)
                    / cast(noted_twice.denominator as double precision)
            else cast(noted_twice.numerator as double precision)
        end as indicator_value
    from noted_twice
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
    from {{ ref('indicator_targets') }}
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
left join targets
    on
        valued.indicator_code = targets.indicator_code
        and valued.indicator_version = targets.indicator_version
        and valued.period_start >= targets.applies_from
        and (targets.next_from is null or valued.period_start < targets.next_from)
left join {{ ref('period_decisions') }} as decided
    on
        valued.district_code = decided.district_code
        and coalesce(valued.ward_key, '') = coalesce(decided.ward_key, '')
        and valued.period_grain = decided.period_grain
        and valued.period_start = decided.period_start
        and valued.period_end = decided.period_end
        and decided.is_newest
