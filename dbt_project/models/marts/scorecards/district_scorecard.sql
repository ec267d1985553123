{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget_periods('int_noted_periods') }}"
) }}

{{ indicator_scorecard(['district_code'], 'ward_key is null') }}
