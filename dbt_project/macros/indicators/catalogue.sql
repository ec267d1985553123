{# What the SQL of all indicators is written from: the definitions as generated.sql gives them, and the conditions by
   which a record (r) counts in a period (p). A part of a definition has a name, its measure, that no other one has, and
   says how it is summed: by_date, as_of_end or by_state. #}
{% macro indicator_catalogue() %}
    {# A unit test looks at the rows of one indicator alone. #}
    {% set only = var('only_indicators', []) %}
    {% set definitions = indicator_definitions() %}
    {{ return(definitions | selectattr('code', 'in', only) | list if only else definitions) }}
{% endmacro %}

{# The parts of a record kind that are summed in a way, each with its definition's code, version and place. #}
{% macro indicator_measures(record_kind, summed) %}
    {% set measures = [] %}
    {% for definition in indicator_catalogue() if definition.kind in ['count', 'stock', 'ratio'] %}
        {% for part in definition.parts if part.record_kind == record_kind and part.summed == summed %}
            {% do measures.append(dict(
                part, code=definition.code, version=definition.version, on_scorecard=definition.on_scorecard
            )) %}
        {% endfor %}
    {% endfor %}
    {{ return(measures) }}
{% endmacro %}

{# A part's predicate over the columns of its record kind; period_end is the SQL of the period's effective end. #}
{% macro indicator_predicate(part, period_end) -%}
    {%- if part.where -%} ({{ part.where | replace('{period_end}', period_end or '') }}) {%- else -%} true {%- endif -%}
    {{ indicator_counted_here(part) }}
{%- endmacro %}

{# Records of several wards may be one: then each of its dates counts with the record in whose time the date lies. A
   state has no date; indicator_state_bounds hands it over. Asked for null first, because nearly every record has no
   limit: between, evaluated for all of them, made the aggregate a tenth slower. #}
{% macro indicator_counted_here(part) -%}
    {%- set within = indicator_record_kinds()[part.record_kind].counted_within -%}
    {%- if within and part.date not in indicator_state_dates() %}
    and ({{ within[0] }} is null or {{ part.date }} >= {{ within[0] }})
    and ({{ within[1] }} is null or {{ part.date }} <= {{ within[1] }})
    {%- endif -%}
{%- endmacro %}

{# The dates that are states of a period and no columns of a record, with the day (p: a period) of which they are. #}
{% macro indicator_state_dates() %}
    {{ return({
        'at_period_end': 'p.effective_end',
        'at_period_start': add_days('p.period_start', -1),
    }) }}
{% endmacro %}

{# From which date on a record is in a state, and from which on no longer. Of records that are one the former is in it
   through its last day, the later from the day after. A period's start looks at the day before, but shows what the unit
   begins with: what it took over on its first day is already its own. #}
{% macro indicator_state_bounds(part) %}
    {% set within = indicator_record_kinds()[part.record_kind].counted_within %}
    {% set bounds = {'opened': part.opened, 'closed': part.closed} %}
    {% if within %}
        {% set counted_from, counted_to = within %}
        {% if part.date == 'at_period_start' %}
            {% set counted_from = add_days(counted_from, -1) %}
        {% else %}
            {% set counted_to = add_days(counted_to, 1) %}
        {% endif %}
        {% do bounds.update({
            'opened': 'greatest(' ~ bounds.opened ~ ', ' ~ counted_from ~ ')',
            'closed': 'least(' ~ bounds.closed ~ ', ' ~ counted_to ~ ')',
        }) %}
    {% endif %}
    {{ return(bounds) }}
{% endmacro %}

{# How a record (r) meets its periods (p): by one of its dates, or by its state on the period's day. #}
{% macro indicator_placement(part) -%}
    {%- if part.date in indicator_state_dates() -%}
        {%- set day = indicator_state_dates()[part.date] -%}
        {%- set bounds = indicator_state_bounds(part) -%}
        {{ bounds.opened }} <= {{ day }}
        and ({{ bounds.closed }} is null or {{ bounds.closed }} > {{ day }})
    {%- else -%}
        r.{{ part.date }} between p.period_start and p.effective_end
        {%- set within = indicator_record_kinds()[part.record_kind].within %}
        {%- if within %}
        and {{ within }}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{# The record kinds of which a figure is unknown, and not zero, when no record gives it, as a list in SQL. #}
{% macro indicator_kinds_unknown_when_absent() -%}
    {%- set names = [] -%}
    {%- for name, kind in indicator_record_kinds().items() if kind.absent_is_unknown -%}
        {%- do names.append("'" ~ name ~ "'") -%}
    {%- endfor -%}
    {{ names | join(', ') }}
{%- endmacro %}

{# dbt learns here what a model may read: a unit test reads the records themselves, a night the sums that are kept. #}
{% macro indicator_reads(record_kinds) -%}
    {%- if not execute -%}
        {%- for name in record_kinds -%}{%- do ref(indicator_record_kinds()[name].mart) -%}{%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro sql_text(value) -%}
    {%- if value is none or value is undefined -%} cast(null as varchar)
    {%- else -%} '{{ value | string | replace("'", "''") }}' {%- endif -%}
{%- endmacro %}
