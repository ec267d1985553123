-- The periods of each day, so that a record finds its periods by equality on its date.
{% for grain in period_grains() %}
select
    periods.district_code,
    dates.calendar_date,
    periods.period_grain,
    periods.period_start,
    periods.effective_end
from {{ ref('int_periods') }} as periods
inner join {{ ref('dim_date') }} as dates
    on
        periods.period_start = dates.{{ grain }}_start
        and dates.calendar_date <= periods.effective_end
where periods.period_grain = '{{ grain }}'
{% if not loop.last %}union all{% endif %}
{% endfor %}
