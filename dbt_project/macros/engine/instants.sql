{# Between an instant (stored in UTC) and the local calendar of a district. #}

{% macro local_date(instant, time_zone) %}{{ return(adapter.dispatch('local_date')(instant, time_zone)) }}{% endmacro %}
{% macro duckdb__local_date(instant, time_zone) %}cast(timezone({{ time_zone }}, {{ instant }}) as date){% endmacro %}

{# The last second of a local day: a limit in days is kept until the day is over. #}
{% macro local_day_end(date, time_zone) %}{{ return(adapter.dispatch('local_day_end')(date, time_zone)) }}{% endmacro %}
{% macro duckdb__local_day_end(date, time_zone) -%}
    timezone({{ time_zone }}, cast({{ date }} as timestamp) + interval '1 day' - interval '1 second')
{%- endmacro %}

{% macro add_hours(instant, hours) %}{{ return(adapter.dispatch('add_hours')(instant, hours)) }}{% endmacro %}
{% macro duckdb__add_hours(instant, hours) %}({{ instant }} + {{ hours }} * interval '1 hour'){% endmacro %}
