-- Every period of every grain from a district's first record to its newest night.
{% for grain, months in period_grains().items() %}
select distinct
    districts.district_code,
    '{{ grain }}' as period_grain,
    dates.{{ grain }}_start as period_start,
    {{ add_days(add_months('dates.' ~ grain ~ '_start', months), -1) }} as period_end,
    least({{ add_days(add_months('dates.' ~ grain ~ '_start', months), -1) }}, districts.as_of) as effective_end,
    {{ add_days(add_months('dates.' ~ grain ~ '_start', months), -1) }} > districts.as_of as is_provisional
from {{ ref('int_districts') }} as districts
inner join {{ ref('dim_date') }} as dates
    on dates.calendar_date between districts.first_period_date and districts.as_of
{% if not loop.last %}union all{% endif %}
{% endfor %}
