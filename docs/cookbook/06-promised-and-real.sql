-- Hẹn bao lâu, và thực tế bao lâu?
-- How long was promised, and how long did it take?
--
-- Working days between reception and the promise, and between reception and the end; the calendar knows holidays and
-- make-up days.
select
    dossiers.field_vi,
    count(*) as dossiers,
    median(due.working_day_number - received.working_day_number) as promised_days,
    median(dossiers.working_days) as real_days,
    quantile_cont(dossiers.working_days, 0.9) as real_days_of_nine_in_ten
from analyst.dossiers_named as dossiers
inner join marts.dim_date as received on dossiers.received_date = received.calendar_date
inner join marts.dim_date as due on dossiers.due_date = due.calendar_date
where
    dossiers.district_code = 'quan_11'
    and dossiers.end_date between date '2018-10-01' and date '2018-11-30'
group by dossiers.field_vi
order by dossiers desc, dossiers.field_vi
limit 8
