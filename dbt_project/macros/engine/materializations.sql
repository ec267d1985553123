{# Tables and views that take the old one's place in one transaction. dbt's own kinds build a relation beside the old one,
   rename both and drop the old one, for readers that look on meanwhile. Nobody reads the build file during a build
   (analysts read the published copy), and a build that failed is built again before it is published.

   A build of what changed stands on the texts of the build before: its tables have the columns, the constraints and the
   comments that they had, so that rows alone are replaced. To ask for and to say these again costs more than most of
   these models do: bench key `night_100k_build_s`. #}
{% materialization table_in_place, adapter='duckdb' %}
    {{ return(put_table_in_place('delete from ' ~ this ~ ';')) }}
{% endmaterialization %}

{# A table that is kept from night to night: its hook removes the rows that the query gives again (changes.sql). dbt's own
   `incremental` puts them into a table of their own first, to compare its columns. #}
{% materialization kept_in_place, adapter='duckdb' %}
    {{ return(put_table_in_place()) }}
{% endmaterialization %}

{% materialization view_in_place, adapter='duckdb' %}
    {% set target = this.incorporate(type='view') %}
    {% do drop_if_other_type(load_cached_relation(this), 'view') %}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        drop view if exists {{ target }};
        {{ get_create_view_as_sql(target, compiled_code) }}
        {{ comments_on(target) }}
    {% endcall %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}

{# Whether the table is the one of the build before, made of the same texts. #}
{% macro keeps_its_shape() %}
    {% set existing = load_cached_relation(this) if only_changes() else none %}
    {{ return(existing is not none and existing.type == 'table') }}
{% endmacro %}

{# The rows of the query, after those that its hook and `forget` leave of a table that keeps its shape; else the table
   with its contract and its comments. #}
{% macro put_table_in_place(forget='') %}
    {% set target = this.incorporate(type='table') %}
    {{ run_hooks(pre_hooks) }}
    {% if keeps_its_shape() %}
        {% call statement('main') %}
            {{ forget }}
            insert into {{ target }} by name
            {{ compiled_code }}
        {% endcall %}
    {% else %}
        {% do drop_if_other_type(load_cached_relation(this), 'table') %}
        {% call statement('main') %}
            drop table if exists {{ target }};
            {{ create_table_as(False, target, compiled_code) }}
            {{ comments_on(target) }}
        {% endcall %}
    {% endif %}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target]}) }}
{% endmacro %}

{# The hook after a fact: lays the rows that a night computed in a table beside it, as they stand in the fact. A dozen tests
   and models look at them, and each would look for them among millions: bench key `night_10m_s`. They are taken by their
   place, for the engine reads all columns of every row of which it compares the key. Nights are built by DuckDB alone. #}
{% macro keep_computed(fact) %}{{ return(adapter.dispatch('keep_computed')(fact)) }}{% endmacro %}
{% macro spark__keep_computed(fact) %}{% endmacro %}
{% macro duckdb__keep_computed(fact) %}
    {%- set kept = var('facts')[fact.identifier] %}
    create schema if not exists {{ computed_table(fact).without_identifier() }};
    create or replace table {{ computed_table(fact) }} as
    select * from {{ fact }}
    where
    {%- if only_changes() %}
        rowid in (
            select f.rowid from {{ fact }} as f
            where f.{{ kept.key }} in (select c.{{ kept.key }} from {{ ref(kept.computed) }} as c)
        )
    {%- else %}
        false
    {%- endif %}
{% endmacro %}

{# What the model and its columns say of themselves, for the statement that makes the relation. dbt's own `persist_docs` runs
   four more for each relation, a fifth of all in a build of everything: it asks twice for the columns that the contract has
   held already. #}
{% macro comments_on(relation) %}
    {% if config.persist_relation_docs() and model.description %}
        {{ alter_relation_comment(relation, model.description) }}
    {% endif %}
    {% if config.persist_column_docs() %}
        {% for name, column in model.columns.items() %}
            comment on column {{ relation }}.{{ adapter.quote(name) if column.quote else name }}
            is {{ duckdb_escape_comment(column.description) }};
        {% endfor %}
    {% endif %}
{% endmacro %}

{# A model that became a table was a view in the last build, or the reverse: `drop table` refuses a view. #}
{% macro drop_if_other_type(existing, type) %}
    {% if existing is not none and existing.type != type %}
        {% do adapter.drop_relation(existing) %}
    {% endif %}
{% endmacro %}
