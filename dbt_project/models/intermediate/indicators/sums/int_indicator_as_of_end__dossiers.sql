{{ config(materialized='kept_in_place', pre_hook="{{ forget_touched_periods() }}") }}

{{ indicator_period_sums('dossiers', indicator_measures('dossiers', 'as_of_end')) }}
