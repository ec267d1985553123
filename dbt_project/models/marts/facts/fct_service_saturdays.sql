-- One row per unit and Saturday on which Saturday service was due: from the unit's first such Saturday on, holidays and
-- make-up Saturdays left out. It was held when a dossier was handed in at the counter or ended on it.
with saturdays as (
    select
        wards.ward_key,
        wards.district_code,
        dates.calendar_date as service_date
    from {{ ref('stg_wards') }} as wards
    inner join {{ ref('int_districts') }} as districts on wards.district_code = districts.district_code
    inner join {{ ref('dim_date') }} as dates
        on
            dates.calendar_date between greatest(wards.in_force_from, districts.first_period_date) and districts.as_of
            and dates.calendar_date <= coalesce(wards.in_force_to, districts.as_of)
    where dates.iso_weekday = 6 and not dates.is_make_up_day and not dates.is_public_holiday
),

worked as (
    select
        ward_key,
        end_date as service_date
    from {{ ref('fct_dossiers') }}
    where end_date is not null {{ indicator_counted_here({'record_kind': 'dossiers', 'date': 'end_date'}) }}
    union
    select
        ward_key,
        received_date as service_date
    from {{ ref('fct_dossiers') }}
    where channel <> 'online' {{ indicator_counted_here({'record_kind': 'dossiers', 'date': 'received_date'}) }}
),

held as (
    select
        saturdays.*,
        worked.service_date is not null as is_held,
        min(worked.service_date) over (partition by saturdays.ward_key) as first_held
    from saturdays
    left join worked on saturdays.ward_key = worked.ward_key and saturdays.service_date = worked.service_date
)

select
    ward_key || ':' || cast(service_date as varchar) as service_saturday_key,
    ward_key,
    district_code,
    service_date,
    is_held
from held
where service_date >= first_held
