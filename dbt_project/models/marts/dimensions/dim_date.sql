select
    calendar_date,
    {{ month_start('calendar_date') }} as month_start,
    {{ quarter_start('calendar_date') }} as quarter_start,
    {{ half_year_start('calendar_date') }} as half_year_start,
    {{ year_start('calendar_date') }} as year_start,
    {{ iso_weekday('calendar_date') }} as iso_weekday,
    is_working_day,
    is_public_holiday,
    holiday_name,
    is_make_up_day,
    cast(working_day_number as integer) as working_day_number
from {{ ref('stg_calendar') }}
