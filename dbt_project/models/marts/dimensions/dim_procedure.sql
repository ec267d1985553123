-- Catalogues overlap where an old row was never closed: each row ends before the next one of its code begins.
with dated as (
    select
        catalogue.*,
        coalesce(catalogue.valid_from, date '1900-01-01') as applies_from
    from {{ ref('int_procedures__current') }} as catalogue
),

ranked as (
    select
        dated.*,
        row_number() over (
            partition by dated.district_code, dated.procedure_code, dated.applies_from
            order by dated.valid_to desc nulls first, dated.statutory_time desc, dated.name_vi asc
        ) as row_rank
    from dated
),

followed as (
    select
        ranked.*,
        lead(ranked.applies_from) over (
            partition by ranked.district_code, ranked.procedure_code
            order by ranked.applies_from
        ) as next_from
    from ranked
    where ranked.row_rank = 1
),

closed as (
    select
        followed.*,
        least(
            coalesce(followed.valid_to, date '9999-12-31'),
            coalesce({{ add_days('followed.next_from', -1) }}, date '9999-12-31')
        ) as applies_to
    from followed
)

select
    district_code || ':' || procedure_code || ':' || cast(applies_from as varchar) as procedure_key,
    district_code,
    ward_key,
    procedure_code,
    name_vi,
    name_en,
    field_vi,
    authority,
    online_level,
    cast(statutory_time as integer) as statutory_time,
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
    applies_from as valid_from,
    applies_to as valid_to,
    case when applies_to < date '9999-12-31' then {{ add_days('applies_to', 1) }} end as out_of_force_date
from closed
