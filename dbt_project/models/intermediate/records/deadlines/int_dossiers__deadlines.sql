{{ config(materialized='view_in_place') }}

-- The deadline is the promise on the appointment slip; without one, the procedure's statutory time from reception.
with statutory as (
    select
        dossiers.*,
        catalogue.procedure_key,
        catalogue.field_vi,
        catalogue.authority,
        catalogue.online_level as procedure_online_level,
        catalogue.statutory_time,
        catalogue.statutory_unit,
        districts.time_zone,
        received_days.working_day_number as received_working_day_number,
        case catalogue.statutory_unit
            when 'hours'
                then
                    {{ local_date(
                        add_hours('dossiers.received_at', 'catalogue.statutory_time'), 'districts.time_zone'
                    ) }}
            when 'days' then {{ add_days('dossiers.received_date', 'catalogue.statutory_time') }}
            when 'working_days' then limits.working_date
            when 'months' then {{ add_months('dossiers.received_date', 'catalogue.statutory_time') }}
        end as statutory_due_date
    from {{ ref('int_dossiers__courses') }} as dossiers
    left join {{ ref('stg_districts') }} as districts on dossiers.district_code = districts.district_code
    left join {{ ref('dim_procedure') }} as catalogue
        on
            dossiers.district_code = catalogue.district_code
            and dossiers.procedure_code = catalogue.procedure_code
            and dossiers.received_date between catalogue.valid_from and catalogue.valid_to
    left join {{ ref('stg_calendar') }} as received_days
        on dossiers.received_date = received_days.calendar_date
    left join {{ ref('int_working_days') }} as limits
        on limits.working_day_number = received_days.working_day_number + catalogue.statutory_time
)

select
    statutory.*,
    coalesce(statutory.due_date, statutory.statutory_due_date) as deadline_date,
    case
        when statutory.due_at is not null then statutory.due_at
        when statutory.statutory_unit = 'hours'
            then {{ add_hours('statutory.received_at', 'statutory.statutory_time') }}
        else {{ local_day_end('statutory.statutory_due_date', 'statutory.time_zone') }}
    end as deadline_at,
    case
        when statutory.due_at is not null then 'promised'
        when statutory.statutory_due_date is not null then 'statutory'
    end as deadline_source
from statutory
