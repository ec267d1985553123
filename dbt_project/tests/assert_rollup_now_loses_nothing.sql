-- Every ward's counts are in one place of today's roll-up: as many by today's units as by the wards of the time.
with now as (
    select
        indicator_code,
        period_grain,
        period_start,
        period_end,
        sum(numerator) as numerator
    from {{ ref('indicator_rollup_now') }}
    group by indicator_code, period_grain, period_start, period_end
),

was as (
    select
        figures.indicator_code,
        figures.period_grain,
        figures.period_start,
        figures.period_end,
        sum(figures.numerator) as numerator
    from {{ ref('reform_indicators') }} as figures
    inner join {{ ref('dim_indicator') }} as indicators
        on
            figures.indicator_code = indicators.indicator_code
            and figures.indicator_version = indicators.indicator_version
    where
        figures.ward_key is not null
        and figures.period_grain <> 'day'
        and figures.numerator is not null
        and indicators.indicator_kind in ('count', 'stock', 'ratio')
        and indicators.small_number_threshold is null
    group by figures.indicator_code, figures.period_grain, figures.period_start, figures.period_end
)

select
    was.*,
    now.numerator as numerator_now
from was
left join now
    on
        was.indicator_code = now.indicator_code
        and was.period_grain = now.period_grain
        and was.period_start = now.period_start
        and was.period_end = now.period_end
where abs(was.numerator - coalesce(now.numerator, 0)) > 0.001
