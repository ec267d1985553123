-- The answers of the months that a change touches; a build of everything has no need of it.
{%- set months = ref('int_changed_months') %}
select responses.*
from {{ ref('fct_survey_responses') }} as responses
semi join {{ months }} as months
    on
        months.record_kind = 'survey_responses'
        and responses.ward_key = months.ward_key
        and months.month_start = {{ month_start('responses.answered_date') }}
where {{ since_first_changed_month('responses.answered_date', months, 'survey_responses') }}
