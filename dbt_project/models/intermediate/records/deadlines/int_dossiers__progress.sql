{{ config(materialized='view_in_place') }}

-- What progress and quality indicators compare beside the deadline: when a dossier becomes overdue and by how much, the
-- working time that was the office's own, and the date that was promised last.
with numbered as (
    select
        dossiers.*,
        {{ add_days('dossiers.deadline_date', 1) }} as overdue_date,
        deadline_days.working_day_number as deadline_working_day_number,
        end_days.working_day_number as end_working_day_number,
        month_ends.working_day_number as month_end_working_day_number,
        coalesce(dossiers.repromised_due_at, dossiers.deadline_at) as current_deadline_at,
        coalesce(dossiers.repromised_due_date, dossiers.deadline_date) as current_deadline_date
    from {{ ref('int_dossiers__decision_766') }} as dossiers
    left join {{ ref('stg_calendar') }} as deadline_days on dossiers.deadline_date = deadline_days.calendar_date
    left join {{ ref('stg_calendar') }} as end_days on dossiers.end_date = end_days.calendar_date
    left join {{ ref('stg_calendar') }} as month_ends
        on {{ add_days(add_months(month_start('dossiers.end_date'), 1), -1) }} = month_ends.calendar_date
)

select
    numbered.*,
    over_3_days.working_date as overdue_4_date,
    over_7_days.working_date as overdue_8_date,
    case
        when numbered.timeliness = 'early' then {{ days_between('numbered.end_date', 'numbered.deadline_date') }}
    end as days_early,
    case
        when numbered.working_days is not null
            then greatest(numbered.working_days - coalesce(numbered.supplement_waiting_working_days, 0), 0)
    end as net_working_days,
    coalesce(numbered.month_end_working_day_number - numbered.end_working_day_number < 3, false)
        as is_month_end_resolution,
    case
        when numbered.end_at is null then 'open'
        when numbered.current_deadline_at is null then 'undetermined'
        when numbered.end_date < numbered.current_deadline_date then 'early'
        when numbered.end_at <= numbered.current_deadline_at then 'on_time'
        else 'late'
    end as current_timeliness,
    coalesce(numbered.resolving_unit <> numbered.receiving_unit, false) as is_resolved_elsewhere
from numbered
left join {{ ref('int_working_days') }} as over_3_days
    on over_3_days.working_day_number = numbered.deadline_working_day_number + 4
left join {{ ref('int_working_days') }} as over_7_days
    on over_7_days.working_day_number = numbered.deadline_working_day_number + 8
