{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_touched_months('month_start') }}"
) }}

{{ indicator_member_counts() }}
