{# The columns, or expressions over them, that together name one row: by the name that dbt_utils gave such a test and by
   which linters know it. Two nulls count as equal, because the row of a district has no ward. Of figures that are kept
   from night to night, a night looks at those that it computed. #}
{% test unique_combination_of_columns(model, combination_of_columns) %}
select
    {{ combination_of_columns | join(', ') }},
    count(*) as n_rows
from {{ computed_periods(model) }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1
{% endtest %}
