select
    district_code,
    name_vi,
    name_en,
    time_zone
from {{ source('raw', 'districts') }}
