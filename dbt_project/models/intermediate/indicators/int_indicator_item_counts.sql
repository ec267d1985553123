{{ config(materialized='kept_in_place', pre_hook="{{ forget_touched_months('calendar_date') }}") }}

{{ indicator_item_counts() }}
