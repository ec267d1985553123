-- What units of a district deliver takes the place of the row of the registry's catalogue; of several units' rows the
-- one read last counts.
with delivered as (
    select
        district_code,
        ward_key,
        procedure_code,
        name as name_vi,
        cast(null as varchar) as name_en,
        field as field_vi,
        authority,
        online_level,
        statutory_time,
        statutory_unit,
        published_web,
        published_counter,
        one_stop,
        iso_process,
        announcement_due,
        announced_on,
        update_due,
        updated_on,
        content_complete,
        has_fee,
        payment_connected,
        population_data,
        valid_from,
        valid_to,
        row_number() over (
            partition by district_code, procedure_code, valid_from
            order by night desc, ward_key asc
        ) as row_rank
    from {{ ref('int_procedures__delivered') }}
)

select
    district_code,
    ward_key,
    procedure_code,
    name_vi,
    name_en,
    field_vi,
    authority,
    online_level,
    statutory_time,
    statutory_unit,
    published_web,
    published_counter,
    one_stop,
    iso_process,
    announcement_due,
    announced_on,
    update_due,
    updated_on,
    content_complete,
    has_fee,
    payment_connected,
    population_data,
    valid_from,
    valid_to
from delivered
where row_rank = 1
union all
select
    catalogue.district_code,
    cast(null as varchar) as ward_key,
    catalogue.procedure_code,
    catalogue.name_vi,
    catalogue.name_en,
    catalogue.field_vi,
    catalogue.authority,
    catalogue.online_level,
    catalogue.statutory_time,
    catalogue.statutory_unit,
    catalogue.published_web,
    catalogue.published_counter,
    catalogue.one_stop,
    catalogue.iso_process,
    cast(null as date) as announcement_due,
    cast(null as date) as announced_on,
    cast(null as date) as update_due,
    cast(null as date) as updated_on,
    cast(null as boolean) as content_complete,
    cast(null as boolean) as has_fee,
    cast(null as boolean) as payment_connected,
    cast(null as boolean) as population_data,
    catalogue.valid_from,
    catalogue.valid_to
from {{ ref('stg_procedure_catalogues') }} as catalogue
left join delivered
    on
        catalogue.district_code = delivered.district_code
        and catalogue.procedure_code = delivered.procedure_code
        and catalogue.valid_from is not distinct from delivered.valid_from
        and delivered.row_rank = 1
where delivered.procedure_code is null
