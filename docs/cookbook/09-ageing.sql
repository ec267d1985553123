-- Hồ sơ quá hạn đã quá bao lâu?
-- How long are the open dossiers overdue?
select
    unit_name_vi,
    max(numerator) filter (where indicator_code = 'dossiers_open') as dossiers_open,
    max(numerator) filter (where indicator_code = 'overdue_1_to_3_days') as overdue_1_to_3_days,
    max(numerator) filter (where indicator_code = 'overdue_4_to_7_days') as overdue_4_to_7_days,
    max(numerator) filter (where indicator_code = 'overdue_8_days_or_more') as overdue_8_days_or_more
from analyst.latest
where district_code = 'quan_11' and period_grain = 'month'
group by unit_name_vi, unit_key
having max(numerator) filter (where indicator_code = 'dossiers_overdue') > 0
order by dossiers_open desc, unit_name_vi
