{# The grains of period that every indicator is computed for, with their length in months. dim_date has a
   <grain>_start column for each. #}
{% macro period_grains() %}{{ return({'month': 1, 'quarter': 3, 'half_year': 6, 'year': 12}) }}{% endmacro %}
