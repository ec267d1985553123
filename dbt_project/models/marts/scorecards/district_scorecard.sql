{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

{{ indicator_scorecard(['district_code'], 'ward_key is null') }}
