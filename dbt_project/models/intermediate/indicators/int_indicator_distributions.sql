{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_stale_periods') }}") }}

{{ indicator_distributions() }}
