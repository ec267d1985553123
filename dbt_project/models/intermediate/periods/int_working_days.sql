{{ config(materialized='view_in_place') }}

-- A limit of n working days ends on the first date of its number; the days off that follow share that number.
select
    working_day_number,
    min(calendar_date) as working_date,
    max(calendar_date) as last_date
from {{ ref('stg_calendar') }}
group by working_day_number
