-- Hồ sơ có đúng ngay lần đầu không, hay phải bổ sung?
-- How many dossiers are right the first time, and how many come back?
select
    unit_name_vi,
    max(denominator) filter (where indicator_code = 'first_time_right') as dossiers,
    round(max(value) filter (where indicator_code = 'first_time_right'), 3) as first_time_right,
    round(max(value) filter (where indicator_code = 'repeated_supplement_rate'), 3) as asked_twice,
    round(max(value) filter (where indicator_code = 'rejection_rate'), 3) as rejected,
    max(value_note) filter (where indicator_code = 'first_time_right') as why_not
from analyst.indicators_year
where
    district_code = 'quan_11'
    and indicator_code in ('first_time_right', 'repeated_supplement_rate', 'rejection_rate')
group by unit_name_vi, unit_key
order by first_time_right, unit_name_vi
limit 6
