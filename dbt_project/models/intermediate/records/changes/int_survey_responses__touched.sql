-- The answers of the months that a change touches; a build of everything has no need of it. No indicator looks at the
-- number of an answer at its source or at its instant, and both are long to read.
{%- set unread = ['source_record_id', 'answered_at'] %}
{%- set months = ref('int_changed_months') %}
select {{ columns_except(ref('fct_survey_responses'), 'responses', unread) }}
from {{ ref('fct_survey_responses') }} as responses
semi join {{ months }} as months
    on
        months.record_kind = 'survey_responses'
        and responses.ward_key = months.ward_key
        and months.month_start = {{ month_start('responses.answered_date') }}
where {{ since_first_changed_month('responses.answered_date', months, 'survey_responses') }}
