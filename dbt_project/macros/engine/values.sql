{# The median of the records themselves; nulls do not count. #}
{% macro median_of(expression) %}{{ return(adapter.dispatch('median_of')(expression)) }}{% endmacro %}
{% macro duckdb__median_of(expression) %}median({{ expression }}){% endmacro %}

{# One text field of every object in a JSON list, joined with "; ". #}
{% macro json_list_texts(json, field) %}{{ return(adapter.dispatch('json_list_texts')(json, field)) }}{% endmacro %}
{% macro duckdb__json_list_texts(json, field) -%}
    array_to_string(json_extract_string({{ json }}, '$[*].{{ field }}'), '; ')
{%- endmacro %}
