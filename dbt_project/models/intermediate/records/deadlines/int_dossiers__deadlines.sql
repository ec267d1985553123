{{ config(materialized='view_in_place') }}

-- The deadline is the promise on the appointment slip; without one, the procedure's statutory time from reception.
with received as (
    select
        dossiers.*,
        catalogue.procedure_key,
        catalogue.field_vi,
        catalogue.authority,
        catalogue.online_level as procedure_online_level,
        catalogue.statutory_time,
        catalogue.statutory_unit,
        districts.time_zone,
        received_days.working_day_number as received_working_day_number
    from {{ ref('int_dossiers__courses') }} as dossiers
    left join {{ ref('stg_districts') }} as districts on dossiers.district_code = districts.district_code
    left join {{ ref('dim_procedure') }} as catalogue
        on
            dossiers.district_code = catalogue.district_code
            and dossiers.procedure_code = catalogue.procedure_code
            and dossiers.received_date between catalogue.valid_from and catalogue.valid_to
    left join {{ ref('stg_calendar') }} as received_days
        on dossiers.received_date = received_days.calendar_date
),

-- A limit in hours counts the hours in which the counter is open: from the reception, or from the next opening.
-- It is laid out on one line of open minutes, on which all working days follow each other.
counted as (
    select
        received.dossier_key,
        {{ open_minutes('districts') }} as day_minutes,
        (received.received_working_day_number - 1) * {{ open_minutes('districts') }}
        + case
            when received_days.is_working_day
                then
                    {{ open_minutes_until(
                        local_minute('received.received_at', 'received.time_zone'), 'districts'
                    ) }}
            else {{ open_minutes('districts') }}
        end
        + received.statutory_time * 60 as end_minutes
    from received
    inner join {{ ref('stg_districts') }} as districts on received.district_code = districts.district_code
    inner join {{ ref('stg_calendar') }} as received_days on received.received_date = received_days.calendar_date
    where received.statutory_unit = 'hours'
),

hours as (
    select
        dossier_key,
        cast(ceil(end_minutes / day_minutes) as integer) as day_number,
        cast(end_minutes - (ceil(end_minutes / day_minutes) - 1) * day_minutes as integer) as open_for
    from counted
),

statutory as (
    select
        received.*,
        case received.statutory_unit
            when 'hours' then hour_days.working_date
            when 'days' then {{ add_days('received.received_date', 'received.statutory_time') }}
            when 'working_days' then limits.working_date
            when 'months' then {{ add_months('received.received_date', 'received.statutory_time') }}
        end as statutory_due_date
    from received
    left join {{ ref('int_working_days') }} as limits
        on limits.working_day_number = received.received_working_day_number + received.statutory_time
    left join hours on received.dossier_key = hours.dossier_key
    left join {{ ref('int_working_days') }} as hour_days on hours.day_number = hour_days.working_day_number
)

select
    statutory.*,
    coalesce(statutory.due_date, statutory.statutory_due_date) as deadline_date,
    case
        when statutory.due_at is not null then statutory.due_at
        when statutory.statutory_unit = 'hours'
            then
                {{ local_instant(
                    'statutory.statutory_due_date', minute_when_open_for('hours.open_for', 'districts'),
                    'statutory.time_zone'
                ) }}
        else {{ local_day_end('statutory.statutory_due_date', 'statutory.time_zone') }}
    end as deadline_at,
    case
        when statutory.due_at is not null then 'promised'
        when statutory.statutory_due_date is not null then 'statutory'
    end as deadline_source
from statutory
left join hours on statutory.dossier_key = hours.dossier_key
left join {{ ref('stg_districts') }} as districts on statutory.district_code = districts.district_code
