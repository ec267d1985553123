{% set table_key = ['district_code', 'period_grain', 'period_start', 'period_end', 'question'] -%}
-- Answers by question and mode, summed over wards and days; a ward without an answer has no row. All modes together are
-- the satisfaction of reform_indicators, overall or with an element, and hidden where that is.
-- The answers of a day are placed in their periods once, and the sums of the periods added up.
with placed as (
    select
        ratings.ward_key,
        ratings.district_code,
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        ratings.mode,
        ratings.question,
        sum(ratings.answers) as answers,
        sum(ratings.valid_answers) as valid_answers,
        sum(ratings.satisfied_answers) as satisfied_answers,
        sum(ratings.dont_know_answers) as dont_know_answers,
        sum(ratings.scored_answers) as scored_answers,
        sum(ratings.score_sum) as score_sum
    from {{ ref('int_survey_ratings') }} as ratings
    inner join {{ ref('int_period_days') }} as periods
        on ratings.district_code = periods.district_code and ratings.answered_date = periods.calendar_date
    where periods.period_grain <> 'day'
    group by
        ratings.ward_key, ratings.district_code, periods.period_grain, periods.period_start, periods.period_end,
        ratings.mode, ratings.question
),

summed as (
    {%- for ward_key in ['ward_key', 'cast(null as varchar)'] %}
    {%- set outer = loop %}
    {%- for mode in ['mode', "'all'"] %}
    select
        {{ ward_key }} as ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        {{ mode }} as mode, -- noqa: RF04
        question,
        cast(sum(answers) as bigint) as answers,
        cast(sum(valid_answers) as bigint) as valid_answers,
        cast(sum(satisfied_answers) as bigint) as satisfied_answers,
        cast(sum(dont_know_answers) as bigint) as dont_know_answers,
        cast(sum(scored_answers) as bigint) as scored_answers,
        cast(sum(score_sum) as double precision) as score_sum
    from placed
    group by
        {% if ward_key == 'ward_key' %}ward_key,{% endif %}
        {% if mode == 'mode' %}mode,{% endif %}
        {{ table_key | join(', ') }}
    {% if not (outer.last and loop.last) %}union all{% endif %}
    {%- endfor %}
    {%- endfor %}
),

-- Hidden beside another ward's small number.
hidden_totals as (
    {%- for question in ['overall'] + survey_elements() %}
    select
        coalesce(ward_key, '') as ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        'all' as mode, -- noqa: RF04
        '{{ question }}' as question,
        value_note
    from {{ ref('reform_indicators') }}
    where
        value_note = 'suppressed_secondary'
        and indicator_code = '{{ 'satisfaction_rate' if question == 'overall' else question ~ '_satisfaction' }}'
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

noted as (
    select
        summed.*,
        summed.mode as member,
        summed.valid_answers as size,
        summed.mode = 'all' as is_total,
        case
            when summed.valid_answers = 0 then 'no_responses'
            when summed.valid_answers < {{ var('survey_small_number') }} then 'suppressed_small_number'
            else hidden_totals.value_note
        end as first_note
    from summed
    left join hidden_totals
        on
            coalesce(summed.ward_key, '') = hidden_totals.ward_key
            and summed.mode = hidden_totals.mode
            {%- for column in table_key %}
            and summed.{{ column }} = hidden_totals.{{ column }}
            {%- endfor %}
),

-- The tables in which anything is suppressed: most have nothing to hide, and to look at all costs more than the rest.
partly_hidden as (
    select noted.*
    from noted
    where (noted.{{ table_key | join(', noted.') }}) in (
        select (hidden.{{ table_key | join(', hidden.') }})
        from noted as hidden
        where hidden.first_note in ('suppressed_small_number', 'suppressed_secondary')
    )
),

{{ secondary_suppression('partly_hidden', table_key) }},

explained as (
    select
        noted.*,
        coalesce(hidden.value_note, noted.first_note) as value_note
    from noted
    left join hidden_together as hidden
        on
            coalesce(noted.ward_key, '') = coalesce(hidden.ward_key, '')
            and noted.mode = hidden.mode
            {%- for column in table_key %}
            and noted.{{ column }} = hidden.{{ column }}
            {%- endfor %}
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
