-- Số liệu cũ theo phường của năm 2025
-- What did the wards of today do before the merger?
--
-- Former wards added up by the shares that the resolutions state. Those that were split without a stated share stand in
-- a row of their own, so that nothing is lost and nothing guessed.
select
    coalesce(unit_name_vi, 'chưa phân bổ') as ward_of_today,
    wards as former_wards,
    numerator as on_time,
    denominator as resolved,
    round(value, 3) as value,
    value_note
from marts.indicator_rollup_now
where
    unit_now <> 'no_ward'
    and indicator_code = 'on_time_of_resolved'
    and period_grain = 'year'
    and period_start = date '2018-01-01'
order by ward_of_today
