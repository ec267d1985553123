select
    calendar_date,
    is_working_day,
    is_public_holiday,
    holiday_name,
    is_make_up_day,
    working_day_number
from {{ source('raw', 'calendar') }}
