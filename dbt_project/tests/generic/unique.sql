{# dbt's own test of one column, and of the columns that together name one row; two nulls count as equal there, because
   the row of a district has no ward. #}
{% test unique(model, column_name=none, columns=none) %}
{%- if columns is none %}
{{ default__test_unique(model, column_name) }}
{%- else %}
select
    {{ columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{%- endif %}
{% endtest %}
