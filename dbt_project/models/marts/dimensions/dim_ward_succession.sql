select
    from_code || ':' || cast(from_valid_from as varchar) as from_history_key,
    to_code || ':' || cast(to_valid_from as varchar) as to_history_key,
    kind,
    share,
    succession_date,
    resolution
from {{ ref('ward_successions') }}
