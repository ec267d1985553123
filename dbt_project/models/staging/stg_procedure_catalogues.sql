select
    district_code,
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
    valid_from,
    valid_to
from {{ source('raw', 'procedure_catalogues') }}
