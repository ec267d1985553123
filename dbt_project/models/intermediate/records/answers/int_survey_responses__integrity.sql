{{ config(materialized='view_in_place') }}

-- What asks for a second look at an answer: a run of votes on one device on one day, one rating for everything, an hour
-- at which the counter is closed. The limits are variables of the project.
with rated as (
    select
        responses.*,
        coalesce(responses.mode = 'tablet', false) as is_tablet,
        {%- for element in survey_elements() %}
        case when responses.rating_{{ element }} <> 'dont_know' then 1 else 0 end
        {%- if not loop.last %} +{% endif %}
        {%- endfor %} as elements_rated,
        coalesce(
            least(
                {%- for element in survey_elements() %}
                nullif(responses.rating_{{ element }}, 'dont_know'){% if not loop.last %},{% endif %}
                {%- endfor %}
            ) = greatest(
                {%- for element in survey_elements() %}
                nullif(responses.rating_{{ element }}, 'dont_know'){% if not loop.last %},{% endif %}
                {%- endfor %}
            ),
            false
        ) as has_one_rating,
        {{ local_minute('responses.answered_at', 'districts.time_zone') }} as answered_minute,
        {{ iso_weekday('responses.answered_date') }} = 7 or coalesce(days.is_public_holiday, false) as is_closed_day,
        lag(responses.answered_at) over (
            partition by responses.ward_key, responses.device_code, responses.mode, responses.answered_date
            order by responses.answered_at, responses.source_record_id
        ) as previous_answer_at
    from {{ ref('int_survey_responses__current') }} as responses
    left join {{ ref('stg_districts') }} as districts on responses.district_code = districts.district_code
    left join {{ ref('stg_calendar') }} as days on responses.answered_date = days.calendar_date -- noqa: RF04
),

runs as (
    select
        rated.*,
        sum(
            case
                when {{ seconds_between('rated.previous_answer_at', 'rated.answered_at') }} -- noqa: LT02
                    <= {{ var('burst_gap_seconds') }} then 0
                else 1
            end
        ) over (
            partition by rated.ward_key, rated.device_code, rated.mode, rated.answered_date
            order by rated.answered_at, rated.source_record_id
            rows between unbounded preceding and current row
        ) as run_number
    from rated
)

select
    runs.*,
    runs.is_tablet
    and runs.device_code is not null
    and count(*) over same_run >= {{ var('burst_answers') }} as is_burst,
    runs.elements_rated >= 3 and runs.has_one_rating as is_straight_line,
    runs.is_tablet and (
        runs.is_closed_day
        or coalesce(
            runs.answered_minute < {{ var('counter_opens_at_minute') }}
            or runs.answered_minute >= {{ var('counter_closes_at_minute') }},
            false
        )
    ) as is_out_of_hours
from runs
window
    same_run as (
        partition by runs.ward_key, runs.device_code, runs.mode, runs.answered_date, runs.run_number
    )
