{# One text field of every object in a JSON list, joined with "; ". #}
{% macro json_list_texts(json, field) %}{{ return(adapter.dispatch('json_list_texts')(json, field)) }}{% endmacro %}
{% macro duckdb__json_list_texts(json, field) -%}
    array_to_string(json_extract_string({{ json }}, '$[*].{{ field }}'), '; ')
{%- endmacro %}
