-- Người dân đến lúc nào?
-- When do people come?
--
-- By the clock on the wall: the columns that end in `_local` have no zone, as Excel takes them.
select
    dates.iso_weekday,
    count(*) as dossiers,
    count(*) filter (where hour(dossiers.received_local) < 9) as before_9,
    count(*) filter (where hour(dossiers.received_local) between 9 and 11) as from_9_to_12,
    count(*) filter (where hour(dossiers.received_local) between 12 and 14) as from_12_to_15,
    count(*) filter (where hour(dossiers.received_local) >= 15) as from_15
from analyst.dossiers_named as dossiers
inner join marts.dim_date as dates on dossiers.received_date = dates.calendar_date
where
    dossiers.district_code = 'quan_11'
    and dossiers.received_date between date '2018-11-01' and date '2018-11-30'
group by dates.iso_weekday
order by dates.iso_weekday
