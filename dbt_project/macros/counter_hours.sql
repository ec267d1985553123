{# Time at an open counter, in minutes: of a local day, and back. `district` is the alias of a row of stg_districts. #}

{# How long the counter is open on a working day. #}
{% macro open_minutes(district) -%}
    ({{ district }}.break_from_minute - {{ district }}.opens_at_minute
        + {{ district }}.closes_at_minute - {{ district }}.break_to_minute)
{%- endmacro %}

{# How long it has been open until a minute of the day. #}
{% macro open_minutes_until(minute, district) -%}
    (
        least(
            greatest({{ minute }} - {{ district }}.opens_at_minute, 0),
            {{ district }}.break_from_minute - {{ district }}.opens_at_minute
        )
        + least(
            greatest({{ minute }} - {{ district }}.break_to_minute, 0),
            {{ district }}.closes_at_minute - {{ district }}.break_to_minute
        )
    )
{%- endmacro %}

{# The minute of the day at which it has been open for so long. #}
{% macro minute_when_open_for(minutes, district) -%}
    case
        when {{ minutes }} <= {{ district }}.break_from_minute - {{ district }}.opens_at_minute
            then {{ district }}.opens_at_minute + {{ minutes }}
        else
            {{ district }}.break_to_minute
            + {{ minutes }} - ({{ district }}.break_from_minute - {{ district }}.opens_at_minute)
    end
{%- endmacro %}
