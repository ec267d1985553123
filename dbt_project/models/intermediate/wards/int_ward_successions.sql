-- Wards of the registry of which one follows the other, by their national codes or by the registry's own word. Its
-- dates decide which of two is the former one: two entries that were never ended both span the change, and must not
-- follow each other.
with units as (
    select
        wards.ward_key,
        wards.in_force_from,
        coalesce(wards.in_force_to, date '9999-12-31') as in_force_to,
        history.ward_history_key
    from {{ ref('stg_wards') }} as wards
    inner join {{ ref('dim_ward_history') }} as history
        on
            wards.ward_code = history.ward_code
            and wards.in_force_from <= history.valid_to
            and coalesce(wards.in_force_to, date '9999-12-31') >= history.valid_from
    where wards.unit_kind = 'ward'
)

select
    former.ward_key as from_ward_key,
    later.ward_key as to_ward_key,
    later.in_force_from as to_in_force_from,
    successions.succession_date
from {{ ref('dim_ward_succession') }} as successions
inner join units as former on successions.from_history_key = former.ward_history_key
inner join units as later on successions.to_history_key = later.ward_history_key
where
    former.in_force_to < later.in_force_to
    or (former.in_force_to = later.in_force_to and former.in_force_from < later.in_force_from)
union
select
    stated.from_ward_key,
    stated.to_ward_key,
    later.in_force_from as to_in_force_from,
    stated.succession_date
from {{ ref('stg_ward_successions') }} as stated
inner join {{ ref('stg_wards') }} as later on stated.to_ward_key = later.ward_key
