{{ config(
    materialized='kept_in_place',
    pre_hook="{{ forget_computed(this) }}",
    post_hook="{{ keep_computed(this) }}"
) }}

-- depends_on: {{ ref_of_nights('int_survey_responses__replaced') }}
-- depends_on: {{ ref_of_nights('int_survey_responses__changed') }}
-- A ward may write one dossier code twice: a vote is linked to the dossier received last under that code.
-- Reasons and comments stay out, but for whether there are any: no indicator needs free text.
with responses as {{ 'materialized' if only_changes() }} (
    select * from {{ ref('int_survey_responses__integrity') }}
),

coded_dossiers as (
    select
        ward_key,
        dossier_code,
        dossier_key,
        timeliness,
        coalesce(returned_at, end_at) as result_at,
        row_number() over (
            partition by ward_key, dossier_code
            order by received_at desc, dossier_key desc
        ) as code_rank
    from {{ ref('fct_dossiers') }}
    {%- if only_changes() %}
    where (ward_key, dossier_code) in (select r.ward_key, r.dossier_code from responses as r)
    {%- endif %}
)

select
    responses.response_key,
    responses.ward_key,
    responses.district_code,
    responses.source_record_id,
    responses.dossier_code,
    dossiers.dossier_key,
    responses.dossier_code is not null and dossiers.dossier_key is null as is_orphan,
    responses.answered_at,
    responses.answered_date,
    responses.device_code,
    responses.mode,
    responses.domain,
    responses.officer_key,
    responses.rating_scale,
    responses.rating_overall,
    responses.rating_access,
    responses.rating_procedure,
    responses.rating_staff,
    responses.rating_result,
    responses.rating_feedback,
    coalesce(responses.rating_overall <> 'dont_know', false) as is_valid,
    coalesce(responses.rating_overall in ('very_satisfied', 'satisfied'), false) as is_satisfied,
    coalesce(responses.rating_overall in ('dissatisfied', 'very_dissatisfied'), false) as is_dissatisfied,
    responses.has_reasons,
    cast(responses.elements_rated as integer) as elements_rated,
    dossiers.timeliness as dossier_timeliness,
    dossiers.dossier_key is not null
    and (dossiers.result_at is null or responses.answered_at < dossiers.result_at) as is_before_return,
    responses.is_burst,
    responses.is_straight_line,
    responses.is_out_of_hours,
    -- An answer from before the ward was in force, such as a copy of a former ward's, counts in no period of it.
    case when responses.answered_date < wards.in_force_from then wards.in_force_from end as counted_from,
    cast(null as date) as counted_to,
    responses.source_changed_at,
    responses.night,
    responses.system
from responses
left join coded_dossiers as dossiers
    on
        responses.ward_key = dossiers.ward_key
        and responses.dossier_code = dossiers.dossier_code
        and dossiers.code_rank = 1
left join {{ ref('stg_wards') }} as wards on responses.ward_key = wards.ward_key
