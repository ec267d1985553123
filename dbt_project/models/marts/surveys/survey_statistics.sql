{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

-- All modes together are the satisfaction of reform_indicators, overall or with an element, and hidden where that is.
with hidden_beside as (
    select *
    from {{ ref('int_suppressed_figures') }}
    where note = 'suppressed_secondary' and coalesce(dimension, 'mode') = 'mode'
),

explained as (
    select
        summed.*,
        case
            when summed.valid_answers between 1 and {{ var('survey_small_number') }} - 1 then 'suppressed_small_number'
            when hidden.note is not null then hidden.note
            when summed.valid_answers = 0 then 'no_responses'
        end as value_note
    from {{ ref('int_survey_statistics') }} as summed
    -- By equalities alone: with a condition of one side besides, the engine would compare each row with each.
    left join hidden_beside as hidden
        on
            hidden.family = {{ indicator_of_question('summed.question') }}
            and summed.mode = hidden.member
            and coalesce(summed.ward_key, '') = coalesce(hidden.ward_key, '')
            and summed.district_code = hidden.district_code
            and summed.period_grain = hidden.period_grain
            and summed.period_start = hidden.period_start
            and summed.period_end = hidden.period_end
    where {{ is_noted_period('summed') }}
)

select
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    mode,
    question,
    case when value_note is null then answers end as answers,
    case when value_note is null then valid_answers end as valid_answers,
    case when value_note is null then satisfied_answers end as satisfied_answers,
    case when value_note is null then dont_know_answers end as dont_know_answers,
    case when value_note is null then cast(satisfied_answers as double precision) / valid_answers end
        as satisfied_share,
    case when value_note is null then round({{ wilson_bound('satisfied_answers', 'valid_answers', '-') }}, 6) end
        as satisfied_share_low,
    case when value_note is null then round({{ wilson_bound('satisfied_answers', 'valid_answers', '+') }}, 6) end
        as satisfied_share_high,
    case when value_note is null then cast(dont_know_answers as double precision) / answers end as dont_know_share,
    case
        when value_note is null and scored_answers >= {{ var('survey_small_number') }} then score_sum / scored_answers
    end as mean_score,
    value_note
from explained
