{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

-- Figures of one unit and period that do not go together: dossiers were late and every single answer is satisfied, or
-- the answers themselves look odd. An alarm asks for a look; it proves nothing. Suppressed figures raise none.
with figures as (
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        max(case when indicator_code = 'resolved_late' then numerator end) as resolved_late,
        max(case when indicator_code = 'satisfaction_rate' then denominator end) as valid_answers,
        max(case when indicator_code = 'satisfaction_rate' then value end) as satisfied_share,
        max(case when indicator_code = 'burst_share' then value end) as burst_share,
        max(case when indicator_code = 'straight_line_share' then value end) as straight_line_share,
        max(case when indicator_code = 'out_of_hours_share' then value end) as out_of_hours_share,
        max(case when indicator_code = 'votes_before_return_share' then value end) as votes_before_return_share
    from {{ ref('reform_indicators') }}
    where period_grain <> 'day' and {{ is_noted_period('reform_indicators') }}
    group by ward_key, district_code, period_grain, period_start, period_end
)

select
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    resolved_late,
    valid_answers,
    satisfied_share,
    burst_share,
    straight_line_share,
    out_of_hours_share,
    votes_before_return_share,
    coalesce(resolved_late > 0 and satisfied_share = 1, false) as is_late_but_satisfied,
    coalesce(burst_share > {{ var('integrity_alarm_share') }}, false) as has_bursts,
    coalesce(out_of_hours_share > {{ var('integrity_alarm_share') }}, false) as has_votes_out_of_hours,
    coalesce(votes_before_return_share > {{ var('integrity_alarm_share') }}, false) as has_votes_before_return
from figures
where valid_answers is not null
