-- Phường nào trả trễ nhiều nhất, và chênh lệch có thật không?
-- Which wards are the worst, and is the difference real?
--
-- A ward differs when the district's share lies outside the ward's 95 % interval. The others may be lower by chance: a
-- list of the worst names them for nothing.
select
    unit_name_vi,
    denominator as resolved,
    denominator - numerator as late,
    round(value, 3) as on_time,
    round(value_low, 3) as low,
    round(value_high, 3) as high,
    round(district_value, 3) as district,
    differs_from_district
from analyst.indicators_interval
where
    district_code = 'quan_11'
    and unit_kind <> 'district'
    and indicator_code = 'on_time_of_resolved'
    and period_grain = 'month'
    and period_start = date '2018-11-01'
order by value, unit_name_vi
limit 5
