{# Indicators by dimension: those whose definition names breakdowns. Records are first added up per ward, month and
   combination of members, then per period and member; a median keeps how often each value occurs. Months and longer,
   because a day of one procedure in one ward is mostly one dossier. #}

{# Record kind -> dimension -> column of its mart. #}
{% macro indicator_dimensions() %}
    {{ return({
        'dossiers': {
            'channel': 'channel', 'procedure': 'procedure_code', 'field': 'field_vi', 'authority': 'authority',
        },
        'survey_responses': {'mode': 'mode'},
    }) }}
{% endmacro %}

{% macro indicator_breakdowns() %}
    {%- set selects = [] %}
with period_months as (
    select distinct
        district_code,
        {{ month_start('calendar_date') }} as month_start,
        period_grain,
        period_start,
        period_end
    from {{ ref('int_period_days') }}
    where period_grain in ('month', 'quarter', 'half_year', 'year')
),
    {%- for definition in indicator_catalogue() if definition.breakdowns %}
        {%- set parts = indicator_parts(definition) %}
        {%- set name = definition.code ~ '_v' ~ definition.version %}
        {%- set columns = indicator_dimensions()[parts[0].record_kind] %}
        {%- for part in parts %}
{{ name }}_{{ part.role }} as (
    select
        r.district_code,
        r.ward_key,
        p.period_start as month_start,
        {%- for dimension in definition.breakdowns %}
        coalesce(r.{{ columns[dimension] }}, 'unknown') as by_{{ dimension }},
        {%- endfor %}
        {{ 'r.' ~ definition.value_of if definition.kind == 'median' else 'null' }} as item,
        {{ indicator_sum(part, none) }} as items
    from {{ ref(indicator_record_kinds()[part.record_kind].mart) }} as r
    inner join {{ ref('int_period_days') }} as p
        on
            r.district_code = p.district_code
            and r.{{ part.date }} = p.calendar_date
            and p.period_grain = 'month'
    where {{ indicator_predicate(part, none) }}
    group by
        r.district_code,
        r.ward_key,
        p.period_start
        {%- for dimension in definition.breakdowns %},
        coalesce(r.{{ columns[dimension] }}, 'unknown')
        {%- endfor %}
        {%- if definition.kind == 'median' %},
        r.{{ definition.value_of }}
        {%- endif %}
),
            {%- for dimension in definition.breakdowns %}
                {%- do selects.append(indicator_breakdown_rows(definition, part, name, dimension)) %}
            {%- endfor %}
        {%- endfor %}
    {%- endfor %}

counts as (
    {{ selects | join('\n    union all\n') }}
)

select * from counts
{% endmacro %}

{% macro indicator_breakdown_rows(definition, part, name, dimension) %}
    select
        {{ sql_text(definition.code) }} as indicator_code,
        {{ definition.version }} as indicator_version,
        m.district_code,
        m.ward_key,
        q.period_grain,
        q.period_start,
        q.period_end,
        '{{ dimension }}' as dimension,
        m.by_{{ dimension }} as member,
        cast(m.item as double precision) as item,
        cast({{ 'sum(m.items)' if part.role == 'numerator' else 'null' }} as bigint) as numerator,
        cast({{ 'sum(m.items)' if part.role == 'denominator' else 'null' }} as bigint) as denominator
    from {{ name }}_{{ part.role }} as m
    inner join period_months as q on m.district_code = q.district_code and m.month_start = q.month_start
    group by
        m.district_code, m.ward_key, q.period_grain, q.period_start, q.period_end, m.by_{{ dimension }}, m.item
{%- endmacro %}
