{{ config(materialized='kept_in_place', pre_hook="{{ forget_touched_months('month_start') }}") }}

{{ indicator_member_counts() }}
