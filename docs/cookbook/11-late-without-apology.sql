-- Hồ sơ trễ hạn nào chưa có thư xin lỗi?
-- How many late dossiers have no letter of apology?
--
-- A ward whose software keeps no letters is left out: of it nobody knows.
select
    ward_name_vi,
    count(*) as late,
    count(*) filter (where apology_at is null) as without_apology,
    max(end_date - deadline_date) filter (where apology_at is null) as most_days_late
from analyst.dossiers_named
where
    district_code = 'quan_11'
    and timeliness = 'late'
    and end_date between date '2018-10-01' and date '2018-11-30'
    and ward_key not in (
        select missing.ward_key
        from marts.indicators_not_recorded as missing
        where missing.indicator_code = 'apology_coverage'
    )
group by ward_name_vi
having count(*) filter (where apology_at is null) > 0
order by without_apology desc, late desc, ward_name_vi
