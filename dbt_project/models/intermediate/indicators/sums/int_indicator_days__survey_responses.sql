{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_touched_months('calendar_date') }}"
) }}

{{ indicator_day_sums('survey_responses', indicator_measures('survey_responses', 'by_date')) }}
