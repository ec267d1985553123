{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_touched_periods(of_wards=false) }}"
) }}

{{ indicator_breakdown_values() }}
