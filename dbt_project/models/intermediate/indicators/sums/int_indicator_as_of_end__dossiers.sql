{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_touched_periods() }}"
) }}

{{ indicator_period_sums('dossiers', indicator_measures('dossiers', 'as_of_end')) }}
