{{ config(materialized='view_in_place') }}

{{ newest_versions(ref('stg_survey_responses'), 'survey_responses', changed='int_survey_responses__changed') }}
