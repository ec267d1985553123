{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail',
    pre_hook="{{ forget_periods('int_noted_periods') }}"
) }}

{{ indicator_scorecard(['ward_key', 'district_code'], 'ward_key is not null') }}
