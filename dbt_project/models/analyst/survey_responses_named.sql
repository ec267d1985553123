-- Answers with the names of their wards, and times as the clock on the wall showed them.
select
    responses.response_key,
    responses.district_code,
    wards.district_name_vi,
    responses.ward_key,
    wards.ward_name_vi,
    wards.ward_name_en,
    responses.dossier_key,
    responses.dossier_code,
    responses.is_orphan,
    responses.answered_at,
    {{ local_time('responses.answered_at', 'wards.time_zone') }} as answered_local,
    responses.answered_date,
    responses.device_code,
    responses.mode,
    responses.rating_scale,
    responses.rating_overall,
    responses.is_valid,
    responses.is_satisfied,
    responses.is_dissatisfied,
    responses.dossier_timeliness,
    responses.is_before_return,
    responses.is_burst,
    responses.is_out_of_hours,
    responses.night,
    responses.system
from {{ mart('fct_survey_responses') }} as responses
inner join {{ mart('dim_ward') }} as wards on responses.ward_key = wards.ward_key
