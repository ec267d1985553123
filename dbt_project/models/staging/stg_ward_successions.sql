select
    from_ward_key,
    to_ward_key,
    succession_date
from {{ source('raw', 'ward_successions') }}
