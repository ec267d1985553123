-- The periods of each day, so that a record finds its periods by equality on its date.
{% for grain in period_grains() %}
select
    periods.district_code,
    dates.calendar_date,
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    periods.effective_end
from {{ ref('int_periods') }} as periods
inner join {{ ref('dim_date') }} as dates
    on
        periods.period_start = dates.{{ grain }}_start
        and dates.calendar_date <= periods.effective_end
where periods.period_grain = '{{ grain }}'
union all
{% endfor %}
select
    periods.district_code,
    dates.calendar_date,
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    periods.effective_end
from {{ ref('int_periods') }} as periods
inner join {{ ref('dim_date') }} as dates
    on
        periods.period_start = dates.year_start
        and dates.calendar_date <= periods.effective_end
where periods.period_grain = 'year_to_date'
union all
select
    district_code,
    period_start as calendar_date,
    period_grain,
    period_start,
    period_end,
    effective_end
from {{ ref('int_periods') }}
where period_grain = 'day'
