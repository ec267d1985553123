select
    indicator_code,
    indicator_version,
    applies_from,
    target,
    comparison,
    source_vi,
    source_en
from {{ ref('indicator_target_steps') }}
