{# The indices of a scorecard with where their figures come from: a row for each index, version and origin. #}
{% macro scorecard_rules(scorecard, columns) -%}
    select
        indices.*,
        {%- for column in columns %}
        origins.{{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('scorecard_indices') }} as indices
    inner join {{ ref('scorecard_figures') }} as origins
        on
            indices.scorecard = origins.scorecard
            and indices.scorecard_version = origins.scorecard_version
            and indices.index_code = origins.index_code
    where indices.scorecard = {{ sql_text(scorecard) }}
{%- endmacro %}

{# What is known of each item of the offices' returns, and of each indicator, that an index of Decision 766 may be made
   of: a row for each unit and period. #}
{% macro known_of_decision_766() -%}
    select
        item_code,
        cast(null as varchar) as indicator_code,
        cast(null as varchar) as less_item_code,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        case
            when value_note is not null then value_note
            when numerator is null then 'not_reported'
            when denominator = 0 then 'no_cases'
        end as value_note,
        wards_reporting
    from {{ ref('int_decision_766_items') }}
    union all
    select
        cast(null as varchar) as item_code,
        indicator_code,
        less_item_code,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        value_note,
        wards_reporting
    from {{ ref('int_decision_766_indicators') }}
{%- endmacro %}

{# A figure's unit and period, as columns of a relation. #}
{% macro unit_and_period(of) -%}
    {{ of }}.ward_key, {{ district_and_period(of) }}
{%- endmacro %}

{% macro district_and_period(of) -%}
    {{ of }}.district_code, {{ of }}.period_grain, {{ of }}.period_start, {{ of }}.period_end
{%- endmacro %}

{# Whether two relations are of one district and period. #}
{% macro is_same_period(left, right) -%}
    {{ left }}.district_code = {{ right }}.district_code
            and {{ left }}.period_grain = {{ right }}.period_grain
            and {{ left }}.period_start = {{ right }}.period_start
            and {{ left }}.period_end = {{ right }}.period_end
{%- endmacro %}
