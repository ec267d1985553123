{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_stale_periods') }}") }}

-- Answers by question and mode, summed over wards and days, before suppression; a ward without an answer has no row. By
-- mode in fewer grains: of the others small numbers would hide most.
-- The answers of a day are placed in their periods once, and the sums of the periods added up.
{%- set key = ['district_code', 'period_grain', 'period_start', 'period_end', 'question'] %}
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
    where periods.period_grain <> 'day' and {{ is_stale_period('periods') }}
    group by
        ratings.ward_key, ratings.district_code, periods.period_grain, periods.period_start, periods.period_end,
        ratings.mode, ratings.question
)

{% for ward_key in ['ward_key', 'cast(null as varchar)'] %}
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
{%- if mode == 'mode' %}
where
    period_grain in {{ survey_mode_grains('elements') }}
    or (question = 'overall' and period_grain in {{ survey_mode_grains('overall') }})
{%- endif %}
group by
    {% if ward_key == 'ward_key' %}ward_key,{% endif %}
    {% if mode == 'mode' %}mode,{% endif %}
    {{ key | join(', ') }}
{% if not (outer.last and loop.last) %}
union all
{% endif %}
{%- endfor %}
{%- endfor %}
