{{ config(materialized='kept_in_place', pre_hook="{{ forget_touched_months('answered_date') }}") }}

-- One row per ward, date, mode and question with the answers about a counter: the overall rating and the five elements.
{% for question in ['overall'] + survey_elements() %}
select
    'survey_responses' as record_kind,
    district_code,
    ward_key,
    answered_date,
    mode,
    '{{ question }}' as question,
    count(*) as answers,
    cast(sum(case when rating_{{ question }} <> 'dont_know' then 1 else 0 end) as bigint) as valid_answers,
    cast(
        sum(case when rating_{{ question }} in ('very_satisfied', 'satisfied') then 1 else 0 end) as bigint
    ) as satisfied_answers,
    cast(sum(case when rating_{{ question }} = 'dont_know' then 1 else 0 end) as bigint) as dont_know_answers,
    -- Three buttons have no outer points: their answers have a share, and no score on a scale of five.
    cast(
        sum(
            case
                when rating_scale in ('five_buttons', 'one_to_five')
                    then case rating_{{ question }}
                        when 'very_satisfied' then 5
                        when 'satisfied' then 4
                        when 'neutral' then 3
                        when 'dissatisfied' then 2
                        when 'very_dissatisfied' then 1
                    end
            end
        ) as bigint
    ) as score_sum,
    cast(
        sum(
            case
                when rating_scale in ('five_buttons', 'one_to_five') and rating_{{ question }} <> 'dont_know' then 1
                else 0
            end
        ) as bigint
    ) as scored_answers
from {{ touched_records('survey_responses') }}
where
    domain = 'counter'
    and rating_{{ question }} is not null
    {{ indicator_counted_here({'record_kind': 'survey_responses', 'date': 'answered_date'}) }}
    and {{ is_touched("'survey_responses'", 'ward_key', 'answered_date') }}
group by district_code, ward_key, answered_date, mode
{% if not loop.last %}union all{% endif %}
{% endfor %}
