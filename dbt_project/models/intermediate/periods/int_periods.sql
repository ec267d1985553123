-- Every period of every grain from a district's first record to its newest night.
with days as (
    select
        districts.district_code,
        districts.as_of,
        dates.*
    from {{ ref('int_districts') }} as districts
    inner join {{ ref('dim_date') }} as dates
        on dates.calendar_date between districts.first_period_date and districts.as_of
),

periods as (
    select
        district_code,
        as_of,
        'day' as period_grain,
        calendar_date as period_start,
        calendar_date as period_end
    from days
    union all
    {% for grain, months in period_grains().items() %}
    select distinct
        district_code,
        as_of,
        '{{ grain }}' as period_grain,
        {{ grain }}_start as period_start,
        {{ add_days(add_months(grain ~ '_start', months), -1) }} as period_end
    from days
    union all
    {% endfor %}
    select distinct
        district_code,
        as_of,
        'year_to_date' as period_grain,
        year_start as period_start,
        {{ add_days(add_months('month_start', 1), -1) }} as period_end
    from days
)

select
    district_code,
    period_grain,
    period_start,
    period_end,
    least(period_end, as_of) as effective_end,
    period_end > as_of as is_provisional
from periods
