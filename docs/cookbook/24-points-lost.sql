-- Mất điểm ở đâu theo Quyết định 766?
-- Where are points of Decision 766 lost?
--
-- What no record says has no points here, and a reason in `value_note`. The Decision is of 2022: of an earlier period
-- this says how it would have been, and `is_in_force` is false.
select
    index_number,
    index_code,
    round(rate, 3) as rate,
    points_possible,
    round(points, 2) as points,
    round(points_possible - points, 2) as lost,
    is_in_force
from marts.decision_766_scorecard
where
    district_code = 'quan_11'
    and ward_key is null
    and period_grain = 'year'
    and level = 'index'
    and points is not null
order by lost desc, index_code
