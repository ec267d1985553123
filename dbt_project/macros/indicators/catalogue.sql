{# The catalogue of indicators, read from definitions/: a list in the order in which people read them. The aggregate,
   the evidence view, the dictionary and the scorecards are generated from it. A definition has
     code, version, valid_from, valid_to   periods that start in its validity; a change of meaning is a new version
     kind          count | stock (open at the period's end) | ratio | median
     numerator, denominator   record_kind; date, the column that places a record in a period, or at_period_end;
                   where, SQL over the columns of the record kind's mart, in which {period_end} is the last day
                   that is known of the period; without it every record counts
     median_of     the quantity of a median, taken over the records of its denominator
     empty_note    the value_note when the denominator is 0
     small_number_threshold   a denominator below it is suppressed in published marts
     targets       steps of a series: from, value, comparison (at_least | above | at_most | below), source
     theme, name, description, unit, direction, source (a key of sources.sql), scorecard. #}
{% macro indicator_catalogue() %}
    {% set text = [
        indicators__volume(), indicators__timeliness(), indicators__service(), indicators__survey(),
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
    {# A unit test looks at the rows of one indicator alone. #}
    {% set only = var('only_indicators', []) %}
    {{ return(definitions | selectattr('code', 'in', only) | list if only else definitions) }}
{% endmacro %}

{% macro check_indicator(definition, record_kinds) %}
    {% set needed = {
        'count': ['numerator'],
        'stock': ['numerator'],
        'ratio': ['numerator', 'denominator', 'empty_note'],
        'median': ['denominator', 'median_of', 'empty_note'],
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
    {%- if part.where -%} ({{ part.where | replace('{period_end}', period_end) }}) {%- else -%} true {%- endif -%}
{%- endmacro %}

{# How a record (r) meets its periods (p): by one of its dates, or by being open when the period ends. #}
{% macro indicator_placement(part, period_end) -%}
    {%- set kind = indicator_record_kinds()[part.record_kind] -%}
    {%- if part.date == 'at_period_end' -%}
        r.{{ kind.opened }} <= {{ period_end }}
        and (r.{{ kind.closed }} is null or r.{{ kind.closed }} > {{ period_end }})
    {%- else -%}
        r.{{ part.date }} between p.period_start and {{ period_end }}
    {%- endif -%}
{%- endmacro %}

{% macro sql_text(value) -%}
    {%- if value is none or value is undefined -%} cast(null as varchar)
    {%- else -%} '{{ value | string | replace("'", "''") }}' {%- endif -%}
{%- endmacro %}
