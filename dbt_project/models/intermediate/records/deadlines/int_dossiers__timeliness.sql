{{ config(materialized='view_in_place') }}

with ended as (
    select
        dossiers.*,
        coalesce(dossiers.resolved_at, dossiers.returned_at, dossiers.stopped_at) as end_at,
        coalesce(dossiers.resolved_date, dossiers.returned_date, dossiers.stopped_date) as end_date
    from {{ ref('int_dossiers__deadlines') }} as dossiers
)

select
    ended.*,
    case
        when ended.end_at is null then 'open'
        when ended.deadline_at is null then 'undetermined'
        when ended.end_date < ended.deadline_date then 'early'
        when ended.end_at <= ended.deadline_at then 'on_time'
        else 'late'
    end as timeliness,
    end_days.working_day_number - ended.received_working_day_number as working_days,
    -- A make-up Saturday is an ordinary working day, not Saturday service.
    coalesce({{ iso_weekday('ended.end_date') }} = 6 and not end_days.is_make_up_day, false) as is_saturday_resolution
from ended
left join {{ ref('stg_calendar') }} as end_days on ended.end_date = end_days.calendar_date
