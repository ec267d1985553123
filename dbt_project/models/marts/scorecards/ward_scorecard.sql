{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

{{ indicator_scorecard(['ward_key', 'district_code'], 'ward_key is not null') }}
