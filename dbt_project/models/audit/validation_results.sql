select
    ward_key || ':' || record_kind || ':' || cast(night as varchar) || ':' || rule as validation_result_key,
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
from {{ ref('stg_validation_results') }}
