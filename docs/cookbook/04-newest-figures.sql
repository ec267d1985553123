-- Số liệu mới nhất của quận là gì?
-- What are the district's newest figures?
--
-- Of each grain the newest period that is over and that the data reach: never a month that is half read.
select
    period_label_vi,
    name_vi,
    numerator,
    denominator,
    round(value, 3) as value,
    period_state
from analyst.latest
where
    unit_key = 'quan_11'
    and period_grain = 'month'
    and theme in ('volume', 'timeliness')
order by display_order
