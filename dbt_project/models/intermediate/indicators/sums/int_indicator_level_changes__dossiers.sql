{{ config(
    materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook="{{ forget_touched_months('calendar_date') }}"
) }}

{{ indicator_level_changes('dossiers', indicator_measures('dossiers', 'by_state')) }}
