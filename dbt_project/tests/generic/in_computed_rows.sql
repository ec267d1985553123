{# dbt's own tests, of the rows of a fact that the build computed: on a night those are a few of millions, and the others
   passed when they were computed. A build of everything computes all of them. They keep the audit of a night on a long
   history as short as on a short one: bench keys `night_1m_vs_100k` and `night_10m_vs_100k`. A test of one's own still
   looks at everything. #}

{% test unique_in_computed_rows(model, column_name) %}
{{ dbt.test_unique(computed_rows(model), column_name) }}
{% endtest %}

{% test accepted_values_in_computed_rows(model, column_name, values) %}
{{ dbt.test_accepted_values(computed_rows(model), column_name, values) }}
{% endtest %}

{# Of the parent, too, only those rows are read that the child names. #}
{% test relationships_in_computed_rows(model, column_name, to, field) %}
with child as (
    select {{ column_name }} as from_field
    from {{ computed_rows(model) }}
    where {{ column_name }} is not null
),

parent as (
    select {{ field }} as to_field
    from {{ to }}
    where {{ field }} in (select child.from_field from child)
)

select child.from_field
from child
left join parent on child.from_field = parent.to_field
where parent.to_field is null
{% endtest %}
