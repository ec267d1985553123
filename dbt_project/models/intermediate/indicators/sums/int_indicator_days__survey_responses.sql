{{ config(materialized='kept_in_place', pre_hook="{{ forget_touched_months('calendar_date') }}") }}

{{ indicator_day_sums('survey_responses', indicator_measures('survey_responses', 'by_date')) }}
