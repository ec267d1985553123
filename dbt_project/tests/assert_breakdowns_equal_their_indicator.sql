-- The members of each dimension add up to the indicator itself, for every ward and month, unless a part is suppressed.
with members as (
    select
        indicator_code,
        ward_key,
        period_start,
        dimension,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        max(case when value_note in ('suppressed_small_number', 'suppressed_secondary') then 1 else 0 end) as suppressed
    from {{ ref('indicator_breakdowns') }}
    where period_grain = 'month' and ward_key is not null
    group by indicator_code, ward_key, period_start, dimension
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
