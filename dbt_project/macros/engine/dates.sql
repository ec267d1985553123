{# Date arithmetic that DuckDB, PostgreSQL and Spark write differently. Dates in, dates or whole days out. #}

{% macro add_days(date, days) %}{{ return(adapter.dispatch('add_days')(date, days)) }}{% endmacro %}
{% macro duckdb__add_days(date, days) %}({{ date }} + cast({{ days }} as integer)){% endmacro %}

{# The same day of a later month, or that month's last day when it is shorter. #}
{% macro add_months(date, months) %}{{ return(adapter.dispatch('add_months')(date, months)) }}{% endmacro %}
{% macro duckdb__add_months(date, months) -%}
    cast({{ date }} + {{ months }} * interval '1 month' as date)
{%- endmacro %}

{% macro days_between(first_date, last_date) -%}
    {{ return(adapter.dispatch('days_between')(first_date, last_date)) }}
{%- endmacro %}
{% macro duckdb__days_between(first_date, last_date) %}({{ last_date }} - {{ first_date }}){% endmacro %}

{# Monday is 1, Sunday is 7. #}
{% macro iso_weekday(date) %}{{ return(adapter.dispatch('iso_weekday')(date)) }}{% endmacro %}
{% macro duckdb__iso_weekday(date) %}cast(extract(isodow from {{ date }}) as integer){% endmacro %}

{% macro month_start(date) %}cast(date_trunc('month', {{ date }}) as date){% endmacro %}
{% macro quarter_start(date) %}cast(date_trunc('quarter', {{ date }}) as date){% endmacro %}
{% macro year_start(date) %}cast(date_trunc('year', {{ date }}) as date){% endmacro %}
{% macro half_year_start(date) -%}
    make_date(
        cast(extract(year from {{ date }}) as integer),
        case when extract(month from {{ date }}) <= 6 then 1 else 7 end,
        1
    )
{%- endmacro %}
