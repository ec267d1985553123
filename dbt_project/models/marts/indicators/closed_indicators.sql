-- What was reported stays as it was reported, whatever comes later: rows of the lake, never computed again.
with closings as (
    select
        decisions.*,
        row_number() over (
            partition by
                decisions.district_code,
                decisions.ward_key,
                decisions.period_grain,
                decisions.period_start,
                decisions.period_end
            order by decisions.decision_number desc
        ) = 1 as is_last_closing
    from {{ ref('period_decisions') }} as decisions
    where decisions.state = 'closed'
)

select
    closings.decision_key as closing_key,
    figures.indicator_code,
    figures.indicator_version,
    figures.ward_key,
    figures.district_code,
    figures.period_grain,
    figures.period_start,
    figures.period_end,
    figures.numerator,
    figures.denominator,
    figures.value,
    figures.value_note,
    figures.target,
    figures.target_met,
    figures.wards_reporting,
    figures.wards_expected,
    closings.decided_by as closed_by,
    closings.decided_at as closed_at,
    closings.reason as closing_reason,
    closings.as_of,
    closings.is_last_closing,
    -- The newest decision is this closing: the period was not reopened since.
    closings.is_newest as is_closed_now
from closings
inner join {{ source('raw', 'closed_figures') }} as figures on closings.snapshot_id = figures.snapshot_id
