{{ config(materialized='kept_in_place', pre_hook="{{ forget_since_first_change('survey_responses') }}") }}

{{ indicator_sums('survey_responses') }}
