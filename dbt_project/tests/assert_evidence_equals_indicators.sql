-- The records of the evidence view add up to the value they stand behind, for every ward and period.
with evidence as (
    select
        indicator_code,
        ward_key,
        period_grain,
        period_start,
        sum(case when in_numerator then 1 else 0 end) as numerator,
        sum(case when in_denominator then 1 else 0 end) as denominator
    from {{ ref('indicator_evidence') }}
    group by indicator_code, ward_key, period_grain, period_start
),

indicators as (
    select *
    from {{ ref('reform_indicators') }}
    where ward_key is not null
)

select
    coalesce(indicators.indicator_code, evidence.indicator_code) as indicator_code,
    coalesce(indicators.ward_key, evidence.ward_key) as ward_key,
    coalesce(indicators.period_grain, evidence.period_grain) as period_grain,
    coalesce(indicators.period_start, evidence.period_start) as period_start,
    indicators.numerator,
    evidence.numerator as numerator_records,
    indicators.denominator,
    evidence.denominator as denominator_records
from indicators
full outer join evidence
    on
        indicators.indicator_code = evidence.indicator_code
        and indicators.ward_key = evidence.ward_key
        and indicators.period_grain = evidence.period_grain
        and indicators.period_start = evidence.period_start
where
    indicators.indicator_code is null
    or coalesce(indicators.numerator, 0) <> coalesce(evidence.numerator, 0)
    or coalesce(indicators.denominator, 0) <> coalesce(evidence.denominator, 0)
