{# Indicators by dimension: those whose definition names breakdowns. Records are first added up per ward, month and
   combination of members, then per period and member; a median keeps how often each value occurs. Months and longer,
   because a day of one procedure in one ward is mostly one dossier. A night adds up the periods that a change touches. #}

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
        p.district_code,
        {{ month_start('p.calendar_date') }} as month_start,
        p.period_grain,
        p.period_start,
        p.period_end
    from {{ ref('int_period_days') }} as p
    where
        p.period_grain in ('month', 'quarter', 'half_year', 'year')
        and {{ is_touched_period('p') }}
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

select
    indicator_code,
    indicator_version,
    district_code,
    ward_key,
    period_grain,
    period_start,
    period_end,
    dimension,
    member,
    item,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from counts
group by
    indicator_code, indicator_version, district_code, ward_key, period_grain, period_start, period_end, dimension, member,
    item
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

{# What the sums of the wards' members add up to by ward and, with a null ward, by district, for the periods that they
   are there for. A member without a record has no row. #}
{% macro indicator_breakdown_values() %}
{%- set table_key = indicator_breakdown_key() -%}
{%- set keys = table_key + ['ward_key', 'member'] -%}
with ward_units as (
    select
        counts.ward_key,
        {%- for column in table_key %}
        counts.{{ column }},
        {%- endfor %}
        counts.member,
        counts.item,
        sum(counts.numerator) as numerator,
        sum(counts.denominator) as denominator
    from {{ ref('int_indicator_breakdowns') }} as counts
    inner join {{ ref('int_indicator_spine') }} as spine
        on
            counts.indicator_code = spine.indicator_code
            and counts.indicator_version = spine.indicator_version
            and counts.ward_key = spine.ward_key
            and counts.period_grain = spine.period_grain
            and counts.period_start = spine.period_start
            and counts.period_end = spine.period_end
    where spine.has_data and spine.period_grain <> 'day'
    group by counts.ward_key, counts.{{ table_key | join(', counts.') }}, counts.member, counts.item
),

units as (
    select * from ward_units
    union all
    select
        cast(null as varchar) as ward_key,
        {{ table_key | join(',\n        ') }},
        member,
        item,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from ward_units
    group by {{ table_key | join(', ') }}, member, item
),

-- The values of a median alone are put in order: that costs more than all sums together.
ranked as (
    select
        {{ keys | join(',\n        ') }},
        item,
        denominator,
        sum(denominator) over (
            cells
            order by item
            rows between unbounded preceding and current row
        ) as items_up_to,
        sum(denominator) over cells as items_in_all
    from units
    where item is not null
    window cells as (partition by {{ keys | join(', ') }})
),

medians as (
    select
        {{ keys | join(',\n        ') }},
        null as numerator,
        sum(denominator) as denominator,
        avg(
            case
                when items_up_to >= items_in_all / 2.0 and items_up_to - denominator <= items_in_all / 2.0 then item
            end
        ) as median_value
    from ranked
    group by {{ keys | join(', ') }}
)

select
    {{ keys | join(',\n    ') }},
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    median_value
from medians
union all
select
    {{ keys | join(',\n    ') }},
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    cast(null as double precision) as median_value
from units
where item is null
{%- endmacro %}

{# What names one table of wards by members. #}
{% macro indicator_breakdown_key() %}
    {{ return([
        'indicator_code', 'indicator_version', 'district_code', 'period_grain', 'period_start', 'period_end', 'dimension',
    ]) }}
{% endmacro %}
