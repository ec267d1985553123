-- The records of the evidence view add up to the value they stand behind, for every ward and month. All grains come
-- from the same text, and opening each day of each year every night would cost more than the build. A night opens the
-- months that it computed, a build of everything and a night of each week all of them: that finds a kept sum that is
-- stale.
-- depends_on: {{ ref_of_nights('int_noted_periods') }}
{%- set codes = indicators_to_open() | join(', ') %}
{%- set months = months_to_open() %}
with evidence as (
    select
        indicator_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
        sum(case when in_numerator then numerator_quantity else 0 end) as numerator,
        sum(case when in_denominator then denominator_quantity else 0 end) as denominator
    from {{ ref('indicator_evidence') }}
    where period_grain = 'month' and indicator_code in ({{ codes }}) and {{ months }}
    group by indicator_code, ward_key, period_grain, period_start, period_end
),

indicators as (
    select *
    from {{ ref('reform_indicators') }}
    where ward_key is not null and period_grain = 'month' and indicator_code in ({{ codes }}) and {{ months }}
)

select
    coalesce(indicators.indicator_code, evidence.indicator_code) as indicator_code,
    coalesce(indicators.ward_key, evidence.ward_key) as ward_key,
    coalesce(indicators.period_grain, evidence.period_grain) as period_grain,
    coalesce(indicators.period_start, evidence.period_start) as period_start,
    coalesce(indicators.period_end, evidence.period_end) as period_end,
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
        and indicators.period_end = evidence.period_end
where
    indicators.indicator_code is null
    -- A distinct count and a largest group are fewer than their records: only their records' number is compared.
    or (
        coalesce(indicators.numerator, 0) <> coalesce(evidence.numerator, 0)
        and indicators.indicator_code not in (
            select kinds.indicator_code
            from {{ ref('dim_indicator') }} as kinds
            where kinds.indicator_kind in ('distinct', 'concentration')
        )
    )
    or coalesce(indicators.denominator, 0) <> coalesce(evidence.denominator, 0)
