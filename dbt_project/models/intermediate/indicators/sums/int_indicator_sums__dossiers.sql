{{ config(materialized='kept_in_place', pre_hook="{{ forget_since_first_change('dossiers') }}") }}

{{ indicator_sums('dossiers') }}
