{# One text field of every object in a JSON list, joined with "; ". #}
{% macro json_list_texts(json, field) %}{{ return(adapter.dispatch('json_list_texts')(json, field)) }}{% endmacro %}
{% macro duckdb__json_list_texts(json, field) -%}
    array_to_string(json_extract_string({{ json }}, '$[*].{{ field }}'), '; ')
{%- endmacro %}

{# The rows of a group as a JSON list of objects with these columns as fields; `order_by` names one row. #}
{% macro json_objects(columns, order_by) -%}
    {{ return(adapter.dispatch('json_objects')(columns, order_by)) }}
{%- endmacro %}
{% macro duckdb__json_objects(columns, order_by) -%}
    cast(to_json(list(struct_pack(
        {%- for column in columns %}{{ column }} := {{ column }}{% if not loop.last %}, {% endif %}{% endfor -%}
    ) order by {{ order_by }})) as varchar)
{%- endmacro %}

{# The different texts of a group in the order of the alphabet, joined with ", ". #}
{% macro joined_texts(text) %}{{ return(adapter.dispatch('joined_texts')(text)) }}{% endmacro %}
{% macro duckdb__joined_texts(text) -%} string_agg(distinct {{ text }}, ', ' order by {{ text }}) {%- endmacro %}

{# A number that a text has, and another text only by chance; sums of it are exact. #}
{% macro text_hash(text) %}{{ return(adapter.dispatch('text_hash')(text)) }}{% endmacro %}
{% macro duckdb__text_hash(text) -%} hash({{ text }}) {%- endmacro %}

{# The columns of a relation but for some. #}
{% macro columns_except(relation, alias, columns) -%}
    {{ return(adapter.dispatch('columns_except')(relation, alias, columns)) }}
{%- endmacro %}
{% macro duckdb__columns_except(relation, alias, columns) -%}
    {{ alias }}.* exclude ({{ columns | join(', ') }})
{%- endmacro %}
