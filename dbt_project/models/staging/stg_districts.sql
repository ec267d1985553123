select
    district_code,
    name_vi,
    name_en,
    time_zone,
    province_code,
    opens_at_minute,
    break_from_minute,
    break_to_minute,
    closes_at_minute
from {{ source('raw', 'districts') }}
