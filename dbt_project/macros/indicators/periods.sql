{# The calendar grains that every indicator is computed for, with their length in months; dim_date has a <grain>_start
   column for each. Two more grains have rules of their own in int_periods: the day, and the year to date, which has
   one period for each month's end (the first nine months of 2011 start on 2011-01-01 and end on 2011-09-30), so that
   a period is known by its grain, its start and its end. #}
{% macro period_grains() %}{{ return({'month': 1, 'quarter': 3, 'half_year': 6, 'year': 12}) }}{% endmacro %}
