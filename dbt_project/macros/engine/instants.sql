{# Between an instant (stored in UTC) and the local calendar of a district. #}

{% macro local_date(instant, time_zone) %}{{ return(adapter.dispatch('local_date')(instant, time_zone)) }}{% endmacro %}
{% macro duckdb__local_date(instant, time_zone) %}cast(timezone({{ time_zone }}, {{ instant }}) as date){% endmacro %}

{# The first instant of a local day. #}
{% macro local_day_start(date, time_zone) %}{{ return(adapter.dispatch('local_day_start')(date, time_zone)) }}{% endmacro %}
{% macro duckdb__local_day_start(date, time_zone) %}timezone({{ time_zone }}, cast({{ date }} as timestamp)){% endmacro %}

{# The last second of a local day: a limit in days is kept until the day is over. #}
{% macro local_day_end(date, time_zone) %}{{ return(adapter.dispatch('local_day_end')(date, time_zone)) }}{% endmacro %}
{% macro duckdb__local_day_end(date, time_zone) -%}
    timezone({{ time_zone }}, cast({{ date }} as timestamp) + interval '1 day' - interval '1 second')
{%- endmacro %}

{# Minutes since local midnight. #}
{% macro local_minute(instant, time_zone) %}{{ return(adapter.dispatch('local_minute')(instant, time_zone)) }}{% endmacro %}
{% macro duckdb__local_minute(instant, time_zone) -%}
    (
        extract(hour from timezone({{ time_zone }}, {{ instant }})) * 60
        + extract(minute from timezone({{ time_zone }}, {{ instant }}))
    )
{%- endmacro %}

{# A minute of a local day as an instant. #}
{% macro local_instant(date, minute, time_zone) -%}
    {{ return(adapter.dispatch('local_instant')(date, minute, time_zone)) }}
{%- endmacro %}
{% macro duckdb__local_instant(date, minute, time_zone) -%}
    timezone({{ time_zone }}, cast({{ date }} as timestamp) + {{ minute }} * interval '1 minute')
{%- endmacro %}

{% macro seconds_between(first, last) %}{{ return(adapter.dispatch('seconds_between')(first, last)) }}{% endmacro %}
{% macro duckdb__seconds_between(first, last) %}(epoch({{ last }}) - epoch({{ first }})){% endmacro %}

{# An instant as the clock on the wall showed it: spreadsheets take no time zones. #}
{% macro local_time(instant, time_zone) %}{{ return(adapter.dispatch('local_time')(instant, time_zone)) }}{% endmacro %}
{% macro duckdb__local_time(instant, time_zone) %}timezone({{ time_zone }}, {{ instant }}){% endmacro %}
