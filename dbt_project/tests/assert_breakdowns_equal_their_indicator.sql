-- The members of each dimension add up to the indicator itself, for every ward and month, unless a part is suppressed.
with members as (
    select
        parts.indicator_code,
        parts.ward_key,
        parts.period_start,
        parts.dimension,
        sum(parts.numerator) as numerator,
        sum(parts.denominator) as denominator,
        max(
            case when parts.value_note in ('suppressed_small_number', 'suppressed_secondary') then 1 else 0 end
        ) as suppressed
    from {{ ref('indicator_breakdowns') }} as parts
    where parts.period_grain = 'month' and parts.ward_key is not null and {{ is_audited_period('parts') }}
    group by parts.indicator_code, parts.ward_key, parts.period_start, parts.dimension
)

select
    members.*,
    indicators.numerator as indicator_numerator,
    indicators.denominator as indicator_denominator
from members
inner join {{ ref('reform_indicators') }} as indicators
    on
        members.indicator_code = indicators.indicator_code
        and members.ward_key = indicators.ward_key
        and members.period_start = indicators.period_start
        and indicators.period_grain = 'month'
where
    members.suppressed = 0
    and coalesce(indicators.value_note, '') not in ('suppressed_small_number', 'suppressed_secondary')
    and (
        coalesce(members.numerator, 0) <> coalesce(indicators.numerator, 0)
        or coalesce(members.denominator, 0) <> coalesce(indicators.denominator, 0)
    )
