-- The answers that a night computes as the last build left them: where they counted before.
{%- set built = source('built', 'fct_survey_responses') %}
{%- set everything = ref('int_survey_responses__integrity') %}
select
    response_key,
    ward_key,
    dossier_code,
    answered_date
from {{ built if only_changes() else everything }}
where
    {{ 'true' if only_changes() else 'false' }}
    and response_key in (select changed.response_key from {{ ref('int_survey_responses__changed') }} as changed)
