{%- set dimensions = indicator_dimensions() -%}
-- The members of each dimension, of the indicators that are broken down by it.
with period_months as (
    select distinct
        p.district_code,
        {{ month_start('p.calendar_date') }} as month_start,
        p.period_grain,
        p.period_start,
        p.period_end
    from {{ ref('int_period_days') }} as p
    where
        p.period_grain in ('month', 'quarter', 'half_year', 'year')
        and {{ is_stale_period('p') }}
)

{% for dimension in dimensions %}
select
    counts.indicator_code,
    counts.indicator_version,
    counts.district_code,
    counts.ward_key,
    months.period_grain,
    months.period_start,
    months.period_end,
    '{{ dimension }}' as dimension,
    counts.by_{{ dimension }} as member,
    counts.item,
    cast(sum(case when counts.part_role = 'numerator' then counts.items end) as bigint) as numerator,
    cast(sum(case when counts.part_role = 'denominator' then counts.items end) as bigint) as denominator
from {{ ref('int_indicator_member_counts') }} as counts
inner join period_months as months
    on counts.district_code = months.district_code and counts.month_start = months.month_start
where counts.by_{{ dimension }} is not null
group by
    counts.indicator_code, counts.indicator_version, counts.district_code, counts.ward_key,
    months.period_grain, months.period_start, months.period_end, counts.by_{{ dimension }}, counts.item
{% if not loop.last -%}
union all
{% endif %}
{%- endfor %}
