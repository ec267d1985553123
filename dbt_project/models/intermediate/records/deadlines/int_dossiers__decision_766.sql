{{ config(materialized='view_in_place') }}

-- Decision 766: the dates that its on-time rule compares; the rule itself depends on the period's end and stands in
-- the definition of on_time_decision_766. A limit in working days is kept until the day before the next working day.
with supplements as (
    select
        dossiers.*,
        requested.working_day_number as requested_working_day_number,
        -- Some systems count the requests, some only date the first one.
        greatest(
            coalesce(dossiers.supplement_count, 0),
            case when dossiers.supplement_requested_date is not null then 1 else 0 end
        ) as supplement_requests,
        greatest({{ days_between('dossiers.supplement_requested_date', 'dossiers.supplement_received_date') }}, 0)
            as supplement_waiting_days,
        greatest(received.working_day_number - requested.working_day_number, 0) as supplement_waiting_working_days,
        dossiers.due_date is null and dossiers.statutory_unit = 'working_days' as is_limited_in_working_days
    from {{ ref('int_dossiers__timeliness') }} as dossiers
    left join {{ ref('stg_calendar') }} as requested
        on dossiers.supplement_requested_date = requested.calendar_date
    left join {{ ref('stg_calendar') }} as received
        on dossiers.supplement_received_date = received.calendar_date
)

select
    supplements.*,
    case
        when supplements.is_limited_in_working_days then limits.last_date
        else supplements.deadline_date
    end as decision_766_due_date,
    case
        when supplements.is_limited_in_working_days then extended_limits.last_date
        else {{ add_days('supplements.deadline_date', 'coalesce(supplements.supplement_waiting_days, 0)') }}
    end as decision_766_extended_due_date
from supplements
left join {{ ref('int_working_days') }} as limits
    on limits.working_day_number = supplements.received_working_day_number + supplements.statutory_time
left join {{ ref('int_working_days') }} as extended_limits
    on
        extended_limits.working_day_number
        = supplements.received_working_day_number
        + supplements.statutory_time
        + coalesce(supplements.supplement_waiting_working_days, 0)
