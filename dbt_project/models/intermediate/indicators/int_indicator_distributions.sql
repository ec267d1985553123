{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_periods('int_stale_periods') }}"
) }}

{{ indicator_distributions() }}
