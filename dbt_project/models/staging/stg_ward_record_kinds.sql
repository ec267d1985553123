select
    ward_key,
    district_code,
    record_kind,
    system,
    cadence,
    in_force_from,
    in_force_to
from {{ source('raw', 'ward_record_kinds') }}
