-- A code names one unit at a time: it is a key only with the date from which it does.
select
    units.ward_code || ':' || cast(units.valid_from as varchar) as ward_history_key,
    units.ward_code,
    units.valid_from,
    coalesce(units.valid_to, date '9999-12-31') as valid_to,
    units.name_vi,
    units.district_code,
    districts.name_vi as district_name_vi,
    units.province_code
from {{ ref('ward_units') }} as units
left join {{ ref('ward_districts') }} as districts on units.district_code = districts.district_code
