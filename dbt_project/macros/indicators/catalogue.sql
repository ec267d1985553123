{# The catalogue of indicators, read from definitions/: a list in the order in which people read them. The aggregate,
   the evidence view, the dictionary and the scorecards are generated from it. A definition has
     code, version, valid_from, valid_to   periods that start in its validity; a change of meaning is a new version
     kind          count | stock (a state at the period's end or start) | ratio | median | distinct | concentration
     numerator, denominator   record_kind; date, the column that places a record in a period, or at_period_end or
                   at_period_start for those that are open then (opened, closed: other dates than the record kind's);
                   where, SQL over the columns of the record kind's mart, in which {period_end} is the last day
                   that is known of the period; without it every record counts. sum_of: a column that is added up
                   instead of counting one a record
     value_of      what a median is taken of, over the records of its denominator; what a distinct count counts the
                   different values of, over its numerator; by what a concentration groups the records of its
                   denominator, to give the share of the largest group
     breakdowns    dimensions (breakdowns.sql) by which marts.indicator_breakdowns has it too
     empty_note    the value_note when the denominator is 0
     small_number_threshold   a denominator below it is suppressed in published marts
     targets       steps of a series: from, value, comparison (at_least | above | at_most | below), source
     scorecard     it has a column on the scorecards, and values by day
     theme, name, description, unit, direction, source (a key of sources.sql). #}
{% macro indicator_catalogue() %}
    {# `graph` is one dictionary for all of a run's nodes: read and checked for each of them, the definitions would take
       two seconds of every night. #}
    {% if 'ward_warehouse_indicators' not in graph %}
        {% do graph.update({'ward_warehouse_indicators': read_indicator_catalogue()}) %}
    {% endif %}
    {% set definitions = graph['ward_warehouse_indicators'] %}
    {# A unit test looks at the rows of one indicator alone. #}
    {% set only = var('only_indicators', []) %}
    {{ return(definitions | selectattr('code', 'in', only) | list if only else definitions) }}
{% endmacro %}

{% macro read_indicator_catalogue() %}
    {% set text = [
        indicators__volume(), indicators__timeliness(), indicators__progress(), indicators__quality(),
        indicators__service(), indicators__digital(), indicators__survey(), indicators__elements(),
        indicators__integrity(), indicators__procedures(), indicators__organisation(), indicators__oversight(),
        indicators__reporting(),
    ] | join('\n') %}
    {% set definitions = fromyaml(text) %}
    {% if not definitions %}
        {{ exceptions.raise_compiler_error("macros/indicators/definitions: the definitions are not valid YAML") }}
    {% endif %}
    {% set record_kinds = indicator_record_kinds() %}
    {% for definition in definitions %}
        {% do check_indicator(definition, record_kinds) %}
    {% endfor %}
    {{ return(definitions) }}
{% endmacro %}

{% macro check_indicator(definition, record_kinds) %}
    {% set needed = {
        'count': ['numerator'],
        'stock': ['numerator'],
        'ratio': ['numerator', 'denominator', 'empty_note'],
        'median': ['denominator', 'value_of', 'empty_note'],
        'distinct': ['numerator', 'value_of'],
        'concentration': ['denominator', 'value_of', 'empty_note'],
    } %}
    {% if definition.kind not in needed %}
        {{ exceptions.raise_compiler_error(
            "indicator " ~ definition.code ~ ": kind is " ~ definition.kind
            ~ ", expected one of " ~ needed.keys() | join(', ')
        ) }}
    {% endif %}
    {% set common = ['code', 'version', 'valid_from', 'theme', 'name', 'description', 'unit', 'direction', 'source'] %}
    {% for key in common + needed[definition.kind] %}
        {% if key not in definition %}
            {{ exceptions.raise_compiler_error("indicator " ~ definition.code ~ ": " ~ key ~ " is missing") }}
        {% endif %}
    {% endfor %}
    {% for part in indicator_parts(definition) %}
        {% if part.record_kind not in record_kinds %}
            {{ exceptions.raise_compiler_error(
                "indicator " ~ definition.code ~ ": record kind " ~ part.record_kind
                ~ " is not in indicator_record_kinds()"
            ) }}
        {% endif %}
        {% if record_kinds[part.record_kind].within and (
            definition.kind not in ['count', 'ratio'] or part.date in indicator_state_dates() or definition.breakdowns
        ) %}
            {{ exceptions.raise_compiler_error(
                "indicator " ~ definition.code ~ ": records of " ~ part.record_kind ~ " stand for a whole period; expected "
                ~ "a count or a ratio by date without breakdowns"
            ) }}
        {% endif %}
        {% if definition.breakdowns and (part.date in indicator_state_dates() or '{period_end}' in (part.where or '')) %}
            {{ exceptions.raise_compiler_error(
                "indicator " ~ definition.code ~ ": breakdowns need a part that adds up over days, found a state or a "
                ~ "predicate over the period's end"
            ) }}
        {% endif %}
    {% endfor %}
{% endmacro %}

{# The numerator and denominator of a definition, as a list of those it has, each with its role. #}
{% macro indicator_parts(definition) %}
    {% set parts = [] %}
    {% for role in ['numerator', 'denominator'] if role in definition %}
        {% do parts.append(dict(definition[role], role=role)) %}
    {% endfor %}
    {{ return(parts) }}
{% endmacro %}

{% macro indicator_part_kinds(definition) %}
    {{ return(indicator_parts(definition) | map(attribute='record_kind') | unique | list) }}
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

{# From which date on a record is in a state, and from which on no longer: its part's own, else its record kind's. Of
   records that are one the former is in it through its last day, the later from the day after. A period's start looks
   at the day before, but shows what the unit begins with: what it took over on its first day is already its own. #}
{% macro indicator_state_bounds(part) %}
    {% set kind = indicator_record_kinds()[part.record_kind] %}
    {% set bounds = {'opened': part.opened or kind.opened, 'closed': part.closed or kind.closed} %}
    {% if kind.counted_within %}
        {% set counted_from, counted_to = kind.counted_within %}
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

{% macro sql_text(value) -%}
    {%- if value is none or value is undefined -%} cast(null as varchar)
    {%- else -%} '{{ value | string | replace("'", "''") }}' {%- endif -%}
{%- endmacro %}
