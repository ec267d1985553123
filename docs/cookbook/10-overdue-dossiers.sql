-- Đó là những hồ sơ nào?
-- Which dossiers are they?
--
-- Any figure opens like this, a district's as a ward's: name the figure, one unit and one period.
select
    record_ward_name_vi,
    dossier_code,
    received_date,
    due_date,
    end_date
from analyst.evidence_named
where
    unit_key = 'quan_11'
    and indicator_code = 'dossiers_overdue'
    and period_grain = 'month'
    and period_start = date '2018-11-01'
order by due_date, dossier_code
