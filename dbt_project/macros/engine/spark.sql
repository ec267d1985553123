{# What the translation from DuckDB's SQL cannot know of an engine that speaks Spark's protocol: which way a function of
   two meanings goes, and types that only DuckDB has. See docs/how-to/build-on-spark.md. #}

{% macro spark__add_days(date, days) %}{{ duckdb__add_days(date, days) }}{% endmacro %}
{% macro spark__add_months(date, months) %}add_months({{ date }}, {{ months }}){% endmacro %}
{% macro spark__days_between(first_date, last_date) -%}
    date_diff('day', {{ first_date }}, {{ last_date }})
{%- endmacro %}
{# `dayofweek` counts from Sunday, 1; `weekday` of a Sunday is -1 on Sail, without an error. #}
{% macro spark__iso_weekday(date) %}cast((dayofweek({{ date }}) + 5) % 7 + 1 as integer){% endmacro %}

{% macro spark__local_date(instant, time_zone) -%}
    cast(from_utc_timestamp({{ instant }}, {{ time_zone }}) as date)
{%- endmacro %}
{% macro spark__local_day_start(date, time_zone) -%}
    to_utc_timestamp(cast({{ date }} as timestamptz), {{ time_zone }})
{%- endmacro %}
{% macro spark__local_day_end(date, time_zone) -%}
    to_utc_timestamp(
        cast({{ date }} as timestamptz) + interval '1' day - interval '1' second, {{ time_zone }}
    )
{%- endmacro %}
{% macro spark__local_minute(instant, time_zone) -%}
    (
        hour(from_utc_timestamp({{ instant }}, {{ time_zone }})) * 60
        + minute(from_utc_timestamp({{ instant }}, {{ time_zone }}))
    )
{%- endmacro %}
{% macro spark__local_instant(date, minute, time_zone) -%}
    to_utc_timestamp(
        cast({{ date }} as timestamptz) + make_interval(0, 0, 0, 0, 0, {{ minute }}, 0), {{ time_zone }}
    )
{%- endmacro %}
{% macro spark__local_time(instant, time_zone) -%}
    cast(from_utc_timestamp({{ instant }}, {{ time_zone }}) as timestamp)
{%- endmacro %}
{% macro spark__seconds_between(first, last) -%}
    (cast({{ last }} as double) - cast({{ first }} as double))
{%- endmacro %}

{% macro spark__json_list_texts(json, field) -%}
    array_join(transform(from_json({{ json }}, 'array<struct<{{ field }}:string>>'), (one) -> one.{{ field }}), '; ')
{%- endmacro %}
{% macro spark__json_objects(columns, order_by) -%}
    to_json(transform(
        array_sort(collect_list(named_struct(
            'place', struct({{ order_by }}),
            'object', named_struct({% for column in columns %}'{{ column }}', {{ column }}{{ ', ' if not loop.last }}{% endfor %})
        ))),
        (one) -> one.object
    ))
{%- endmacro %}
{% macro spark__joined_texts(text) %}concat_ws(', ', array_sort(collect_set({{ text }}))){% endmacro %}
{% macro spark__text_hash(text) -%} cast(xxhash64({{ text }}) as decimal(20, 0)) {%- endmacro %}

{# Sail reads `* except (...)` as a set operation. #}
{% macro spark__columns_except(relation, alias, columns) -%}
    {%- for column in adapter.get_columns_in_relation(relation) if column.name not in columns -%}
    {{ ', ' if not loop.first }}{{ alias }}.{{ column.name }}
    {%- endfor -%}
{%- endmacro %}

{# Every kind of table is made whole, in the folder of its schema. A contract is held where the rows come back to. #}
{% macro make_on_spark(sql) -%}
    create or replace table {{ this }}
    using delta
    location '{{ env_var('WARD_WAREHOUSE_SPARK_DIR') }}/{{ this.schema }}/{{ this.identifier }}'
    as {{ adapter.translated(sql) }}
{%- endmacro %}

{% materialization table_in_place, adapter='spark' %}
    {% call statement('main') %}{{ make_on_spark(compiled_code) }}{% endcall %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{% materialization kept_in_place, adapter='spark' %}
    {% call statement('main') %}{{ make_on_spark(compiled_code) }}{% endcall %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{# The one kind that is a model in Python. #}
{% materialization table, adapter='spark', supported_languages=['python'] %}
    {% call statement('main', language='python') %}
{{ compiled_code }}

spark.createDataFrame(model(dbtObj(spark.table), spark)).write.format("delta").mode("overwrite").save(
    "{{ env_var('WARD_WAREHOUSE_SPARK_DIR') }}/{{ this.schema }}/{{ this.identifier }}"
)
spark.sql("create table {{ this }} using delta location '{{ env_var('WARD_WAREHOUSE_SPARK_DIR') }}/{{ this.schema }}/{{ this.identifier }}'")
    {% endcall %}
    {{ return({'relations': [this.incorporate(type='table')]}) }}
{% endmaterialization %}

{% materialization view_in_place, adapter='spark' %}
    {% call statement('main') %}
        create or replace view {{ this }} as {{ adapter.translated(compiled_code) }}
    {% endcall %}
    {{ return({'relations': [this.incorporate(type='view')]}) }}
{% endmaterialization %}
