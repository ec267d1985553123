{# Medians by ward and, with a null ward, by district: each from the records, a median of medians means nothing. #}
{% macro indicator_medians() %}
    {%- set selects = [] -%}
    {%- for definition in indicator_catalogue() if definition.kind == 'median' -%}
        {%- for unit in ['s.ward_key', 'cast(null as varchar)'] -%}
            {%- do selects.append(indicator_median(definition, unit)) -%}
        {%- endfor -%}
    {%- endfor -%}
{{ selects | join('\nunion all\n') }}
{% endmacro %}

{% macro indicator_median(definition, unit) %}
    {%- set part = definition.denominator -%}
select
    {{ sql_text(definition.code) }} as indicator_code,
    {{ definition.version }} as indicator_version,
    s.district_code,
    {{ unit }} as ward_key,
    s.period_grain,
    s.period_start,
    cast(count(r.{{ definition.median_of }}) as bigint) as denominator,
    cast({{ median_of('r.' ~ definition.median_of) }} as double precision) as median_value
from {{ ref(indicator_record_kinds()[part.record_kind].mart) }} as r
inner join {{ ref('int_period_days') }} as p
    on r.district_code = p.district_code and r.{{ part.date }} = p.calendar_date
inner join {{ ref('int_indicator_spine') }} as s
    on
        r.ward_key = s.ward_key
        and p.period_grain = s.period_grain
        and p.period_start = s.period_start
where
    s.indicator_code = {{ sql_text(definition.code) }}
    and s.indicator_version = {{ definition.version }}
    and s.has_data
    and {{ indicator_predicate(part, 'p.effective_end') }}
group by s.district_code, {% if unit == 's.ward_key' %}s.ward_key, {% endif %}s.period_grain, s.period_start
{%- endmacro %}
