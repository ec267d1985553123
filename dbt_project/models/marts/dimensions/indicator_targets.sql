select
    indicator_code,
    indicator_version,
    scope_kind,
    scope_code,
    applies_from,
    applies_to,
    target,
    comparison,
    source_vi,
    source_en
from {{ ref('indicator_target_steps') }}
