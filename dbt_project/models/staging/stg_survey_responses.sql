-- An answer that was kept before surveys named their domain is one of the counter.
select
    ward_key || ':' || source_record_id as response_key,
    ward_key,
    district_code,
    source_record_id,
    dossier_code,
    answered_at,
    answered_date,
    device_code,
    mode,
    coalesce(domain, 'counter') as domain, -- noqa: RF04
    officer_key,
    rating_scale,
    rating_overall,
    rating_access,
    rating_procedure,
    rating_staff,
    rating_result,
    rating_feedback,
    coalesce(trim(reasons) <> '', false) as has_reasons,
    source_changed_at,
    night,
    system,
    content_hash
from {{ source('raw', 'survey_responses') }}
