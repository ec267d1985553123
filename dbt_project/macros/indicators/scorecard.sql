{# One row per unit and period, one column per indicator that its definition puts on the scorecard. The reporting
   columns are those of the dossiers; reform_indicators has them for each indicator. #}
{% macro indicator_scorecard(unit_columns, where) %}
select
    {%- for column in unit_columns %}
    {{ column }},
    {%- endfor %}
    period_grain,
    period_start,
    period_end,
    max(case when indicator_code = 'dossiers_received' then wards_reporting end) as wards_reporting,
    max(case when indicator_code = 'dossiers_received' then wards_expected end) as wards_expected,
    bool_or(is_provisional) as is_provisional
    {%- for code in indicator_catalogue() | selectattr('on_scorecard') | map(attribute='code') | unique %},
    max(case when indicator_code = '{{ code }}' then value end) as {{ code }}
    {%- endfor %}
from {{ ref('reform_indicators') }} as figures
where {{ where }} and {{ is_noted_period('figures') }}
group by {{ unit_columns | join(', ') }}, period_grain, period_start, period_end
{% endmacro %}
