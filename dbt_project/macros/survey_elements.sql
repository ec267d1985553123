{# The five elements of service that SIPAS asks about; a response has a rating_<element> for each. #}
{% macro survey_elements() %}{{ return(['access', 'procedure', 'staff', 'result', 'feedback']) }}{% endmacro %}

{# The indicator that is the answers to a question of the survey in all modes together: SQL of its code. #}
{% macro indicator_of_question(question) -%}
    case when {{ question }} = 'overall' then 'satisfaction_rate' else {{ question }} || '_satisfaction' end
{%- endmacro %}

{# The grains in which the answers are published by mode, as a list in SQL: those of the overall question, and fewer of
   the elements, of which a month and a quarter of a ward are mostly fewer than five answers on paper, by phone and on the
   web. #}
{% macro survey_mode_grains(questions) -%}
    {{ {'overall': "('month', 'quarter', 'half_year', 'year')", 'elements': "('half_year', 'year')"}[questions] }}
{%- endmacro %}
