{# A table or a view that takes the old one's place in one transaction. dbt's own `table` and `view` build a relation beside
   the old one, rename both and drop the old one, for readers that look on meanwhile. Nobody reads the build file during a
   build (analysts read the published copy), and a build that failed is built again before it is published. The renames
   cost more than most of these models do: bench key `night_100k_build_s`. #}
{% materialization table_in_place, adapter='duckdb' %}
    {% set target = this.incorporate(type='table') %}
    {% do drop_if_other_type(load_cached_relation(this), 'table') %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        drop table if exists {{ target }};
        {{ create_table_as(False, target, compiled_code) }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target, model) %}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{% materialization view_in_place, adapter='duckdb' %}
    {% set target = this.incorporate(type='view') %}
    {% do drop_if_other_type(load_cached_relation(this), 'view') %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        drop view if exists {{ target }};
        {{ get_create_view_as_sql(target, compiled_code) }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do persist_docs(target, model) %}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# A model that became a table was a view in the last build, or the reverse: `drop table` refuses a view. #}
{% macro drop_if_other_type(existing, type) %}
    {% if existing is not none and existing.type != type %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
{% endmacro %}
