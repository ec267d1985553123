{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_touched_periods(of_wards=false, always=indicator_distributions_of_all_nights()) }}"
) }}

{{ indicator_distributions() }}
