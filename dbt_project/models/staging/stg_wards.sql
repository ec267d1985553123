select
    ward_key,
    district_code,
    ward_code,
    name_vi,
    name_en,
    unit_kind,
    in_force_from,
    in_force_to
from {{ source('raw', 'wards') }}
