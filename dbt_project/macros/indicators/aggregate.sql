{# The sums behind every count, stock and ratio, generated from the definitions: one scan of the records per record
   kind and date, a conditional sum for every part that counts there, then one row per indicator, ward and period. #}
{% macro indicator_aggregate() %}
    {%- set scans = indicator_scans() -%}
with
    {%- for name, scan in scans.items() %}
{{ name }} as (
    select
        r.district_code,
        r.ward_key,
        p.period_grain,
        p.period_start,
        {%- for measure in scan.measures %}
        sum(case when {{ indicator_predicate(measure.part, 'p.effective_end') }} then 1 else 0 end)
            as {{ measure.column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref(indicator_record_kinds()[scan.record_kind].mart) }} as r
    {{ indicator_scan_join(scan) }}
    group by r.district_code, r.ward_key, p.period_grain, p.period_start
),
    {%- endfor %}

parts as (
    {%- for name, scan in scans.items() %}
        {%- set is_last_scan = loop.last %}
        {%- for measure in scan.measures %}
    select
        {{ sql_text(measure.code) }} as indicator_code,
        {{ measure.version }} as indicator_version,
        district_code,
        ward_key,
        period_grain,
        period_start,
        {{ measure.column if measure.part.role == 'numerator' else 'null' }} as numerator,
        {{ measure.column if measure.part.role == 'denominator' else 'null' }} as denominator
    from {{ name }}
            {%- if not (is_last_scan and loop.last) %}
    union all
            {%- endif %}
        {%- endfor %}
    {%- endfor %}
)

select
    indicator_code,
    indicator_version,
    district_code,
    ward_key,
    period_grain,
    period_start,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from parts
group by indicator_code, indicator_version, district_code, ward_key, period_grain, period_start
{% endmacro %}

{# Name of a scan -> its record kind, date and measures. Medians are no sums and have their own model. #}
{% macro indicator_scans() %}
    {% set scans = {} %}
    {% for definition in indicator_catalogue() if definition.kind != 'median' %}
        {% for part in indicator_parts(definition) %}
            {% set name = part.record_kind ~ '__' ~ part.date %}
            {% if name not in scans %}
                {% do scans.update({name: {'record_kind': part.record_kind, 'date': part.date, 'measures': []}}) %}
            {% endif %}
            {% do scans[name].measures.append({
                'code': definition.code,
                'version': definition.version,
                'part': part,
                'column': definition.code ~ '_v' ~ definition.version ~ '_' ~ part.role,
            }) %}
        {% endfor %}
    {% endfor %}
    {{ return(scans) }}
{% endmacro %}

{# A dated record finds its periods by equality. A stock looks only at the few records that cross the end of a month
   or are still open: the ends of all other periods are ends of months too, except today's. #}
{% macro indicator_scan_join(scan) %}
    {%- set kind = indicator_record_kinds()[scan.record_kind] -%}
    {%- if scan.date == 'at_period_end' -%}
    inner join {{ ref('int_districts') }} as d
        on
            r.district_code = d.district_code
            and (
                r.{{ kind.closed }} is null
                or r.{{ kind.closed }} > d.as_of
                or {{ month_start('r.' ~ kind.closed) }} > {{ month_start('r.' ~ kind.opened) }}
            )
    inner join {{ ref('int_periods') }} as p
        on r.district_code = p.district_code and {{ indicator_placement(scan, 'p.effective_end') }}
    {%- else -%}
    inner join {{ ref('int_period_days') }} as p
        on r.district_code = p.district_code and r.{{ scan.date }} = p.calendar_date
    {%- endif -%}
{% endmacro %}
