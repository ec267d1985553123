-- Một phường so với quận qua các tháng
-- How does one ward stand beside the district, month by month?
select
    period_label_vi,
    round(value, 3) as ward,
    round(district_value, 3) as district,
    round(value_low, 3) as low,
    round(value_high, 3) as high,
    differs_from_district
from analyst.indicators_interval
where
    unit_key = 'quan_11_p06'
    and indicator_code = 'on_time_of_resolved'
    and period_grain = 'month'
    and is_complete
order by period_start desc
limit 6
