{# Analysts' queries name marts and audit: a schema is called what the project calls it, never <target>_<name>. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
