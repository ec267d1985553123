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
    {%- for kind in indicator_record_kinds().values() %}{% if not execute %}{% do ref(kind.mart) %}{% endif %}{% endfor -%}
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
        {%- for part in parts %}
{{ name }}_{{ part.role }} as (
            {%- if keeps_sums(part.record_kind) %}
    select
        district_code,
        ward_key,
        month_start,
                {%- for dimension in definition.breakdowns %}
        by_{{ dimension }},
                {%- endfor %}
        item,
        items
    from {{ ref('int_indicator_member_counts') }}
    where
        indicator_code = {{ sql_text(definition.code) }}
        and indicator_version = {{ definition.version }}
        and part_role = '{{ part.role }}'
            {%- else %}
    {{ indicator_members_by_month(definition, part) }}
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

{# How often each combination of members occurs per ward and month, from the records: their known days only. #}
{% macro indicator_members_by_month(definition, part) %}
    {%- set columns = indicator_dimensions()[part.record_kind] %}
    select
        r.district_code,
        r.ward_key,
        p.period_start as month_start,
        {%- for dimension in definition.breakdowns %}
        coalesce(r.{{ columns[dimension] }}, 'unknown') as by_{{ dimension }},
        {%- endfor %}
        {{ 'r.' ~ definition.value_of if definition.kind == 'median' else 'null' }} as item,
        {{ indicator_sum(part, none) }} as items
    from {{ touched_records(part.record_kind) }} as r
    inner join {{ ref('int_period_days') }} as p
        on
            r.district_code = p.district_code
            and r.{{ part.date }} = p.calendar_date
            and p.period_grain = 'month'
    where
        {{ indicator_predicate(part, none) }}
        and {{ is_touched("'" ~ part.record_kind ~ "'", 'r.ward_key', 'r.' ~ part.date) }}
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
{%- endmacro %}

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
