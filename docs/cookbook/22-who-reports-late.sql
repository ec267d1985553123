-- Phường nào không gửi, hoặc gửi muộn?
-- Who did not report, or reported late?
--
-- A night that came later counts as covered, and as late.
select
    units.ward_name_vi,
    nights.record_kind,
    count(*) as nights_expected,
    count(*) filter (where not nights.is_reported) as not_on_the_night,
    count(*) filter (where not nights.is_covered) as still_missing,
    max(nights.nights_late) as most_nights_late
from marts.reporting_completeness as nights
inner join marts.dim_ward as units on nights.ward_key = units.ward_key
group by units.ward_name_vi, nights.record_kind
having count(*) filter (where not nights.is_reported) > 0
order by not_on_the_night desc, units.ward_name_vi, nights.record_kind
