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
