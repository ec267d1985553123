select
    value_note,
    is_suppressed,
    text_vi,
    text_en
from {{ ref('value_notes') }}
