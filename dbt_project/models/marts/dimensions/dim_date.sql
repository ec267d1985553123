select
    calendar_date,
    {{ month_start('calendar_date') }} as month_start,
    {{ quarter_start('calendar_date') }} as quarter_start,
    {{ half_year_start('calendar_date') }} as half_year_start,
    {{ year_start('calendar_date') }} as year_start,
    {{ add_days(add_months(month_start('calendar_date'), 1), -1) }} as month_end,
    {{ add_days(add_months(quarter_start('calendar_date'), 3), -1) }} as quarter_end,
    {{ add_days(add_months(half_year_start('calendar_date'), 6), -1) }} as half_year_end,
    {{ add_days(add_months(year_start('calendar_date'), 12), -1) }} as year_end,
    {%- for grain in ['month', 'quarter', 'half_year', 'year'] %}
    {{ period_label_vi("'" ~ grain ~ "'", 'calendar_date', 'calendar_date') }} as {{ grain }}_label_vi,
    {%- endfor %}
    {{ iso_weekday('calendar_date') }} as iso_weekday,
    is_working_day,
    is_public_holiday,
    holiday_name,
    is_make_up_day,
    cast(working_day_number as integer) as working_day_number
from {{ ref('stg_calendar') }}
