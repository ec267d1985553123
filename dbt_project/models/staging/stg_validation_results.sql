select
    record_kind,
    ward_key,
    district_code,
    night,
    rule,
    severity,
    column_name,
    rows_judged,
    rows_broken,
    sentence_vi,
    sentence_en
from {{ source('raw', 'validation_results') }}
