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
        {{ iso_weekday('responses.answered_date') }} = 7 or coalesce(days.is_public_holiday, false) as is_closed_day
    from {{ ref('int_survey_responses__current') }} as responses
    left join {{ ref('stg_districts') }} as districts on responses.district_code = districts.district_code
    left join {{ ref('stg_calendar') }} as days on responses.answered_date = days.calendar_date -- noqa: RF04
),

-- Narrow, and of tablets alone: what a window looks at, it sorts with every column.
spaced as (
    select
        responses.ward_key,
        responses.source_record_id,
        responses.device_code,
        responses.answered_date,
        responses.answered_at,
        lag(responses.answered_at) over (
            partition by responses.ward_key, responses.device_code, responses.answered_date
            order by responses.answered_at, responses.source_record_id
        ) as previous_answer_at
    from {{ ref('int_survey_responses__current') }} as responses
    where responses.mode = 'tablet' and responses.device_code is not null
),

numbered as (
    select
        spaced.ward_key,
        spaced.source_record_id,
        spaced.device_code,
        spaced.answered_date,
        sum(
            case
                when {{ seconds_between('spaced.previous_answer_at', 'spaced.answered_at') }} -- noqa: LT02
                    <= {{ var('burst_gap_seconds') }} then 0
                else 1
            end
        ) over (
            partition by spaced.ward_key, spaced.device_code, spaced.answered_date
            order by spaced.answered_at, spaced.source_record_id
            rows between unbounded preceding and current row
        ) as run_number
    from spaced
),

runs as (
    select
        ward_key,
        device_code,
        answered_date,
        run_number
    from numbered
    group by ward_key, device_code, answered_date, run_number
    having count(*) >= {{ var('burst_answers') }}
),

bursts as (
    select
        numbered.ward_key,
        numbered.source_record_id
    from numbered
    inner join runs
        on
            numbered.ward_key = runs.ward_key
            and numbered.device_code = runs.device_code
            and numbered.answered_date is not distinct from runs.answered_date
            and numbered.run_number = runs.run_number
)

select
    rated.*,
    bursts.ward_key is not null as is_burst,
    rated.elements_rated >= 3 and rated.has_one_rating as is_straight_line,
    rated.is_tablet and (
        rated.is_closed_day
        or coalesce(
            rated.answered_minute < {{ var('counter_opens_at_minute') }}
            or rated.answered_minute >= {{ var('counter_closes_at_minute') }},
            false
        )
    ) as is_out_of_hours
from rated
left join bursts on rated.ward_key = bursts.ward_key and rated.source_record_id = bursts.source_record_id
