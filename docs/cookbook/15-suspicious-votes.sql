-- Phiếu nào đáng ngờ?
-- Which votes look suspicious?
--
-- An alarm is a reason to look, and no proof: bursts on one tablet, votes at night, votes before the result was there.
select
    units.ward_name_vi,
    alarms.valid_answers,
    round(alarms.satisfied_share, 3) as satisfied,
    round(alarms.burst_share, 3) as in_bursts,
    round(alarms.out_of_hours_share, 3) as out_of_hours,
    round(alarms.votes_before_return_share, 3) as before_return,
    alarms.has_bursts,
    alarms.is_late_but_satisfied
from marts.survey_alarms as alarms
inner join marts.dim_ward as units on coalesce(alarms.ward_key, alarms.district_code) = units.ward_key
where
    alarms.period_grain = 'month'
    and alarms.period_start = date '2018-11-01'
    and alarms.district_code = 'quan_11'
    and (
        alarms.has_bursts
        or alarms.has_votes_out_of_hours
        or alarms.has_votes_before_return
        or alarms.is_late_but_satisfied
    )
order by alarms.burst_share desc nulls last, units.ward_name_vi
limit 6
