{{ config(materialized='kept_in_place', pre_hook="{{ forget_vote_alarms() }}") }}

-- Votes that ask for a look by themselves, whatever their share of a month: many for one dossier, or many on one night
-- in one ward. An alarm proves nothing. The records of a dossier that another ward took over are one dossier, and what
-- the software of a former ward still takes in is the ward's that came after it. A system that knows the day alone
-- writes midnight, and paper is entered by day: neither is a vote at night. A night looks at the dossiers of the votes
-- that it computes and at the months that they touch.
with followers as (
    select
        from_ward_key,
        min(to_ward_key) as ward_key,
        min(succession_date) as succession_date
    from {{ ref('int_ward_successions') }}
    group by from_ward_key
    having count(*) = 1
),

handed_over as (
    select
        dossier_key,
        dossier_code || ' ' || cast(received_at as varchar) as course
    from {{ ref('fct_dossiers') }}
    where counted_from is not null or counted_to is not null
),

votes as (
    select
        coalesce(followers.ward_key, responses.ward_key) as ward_key,
        responses.dossier_code,
        responses.mode,
        responses.district_code,
        responses.is_out_of_hours,
        responses.answered_at,
        responses.answered_date,
        coalesce(
            handed_over.course, responses.dossier_key, responses.ward_key || ':' || responses.dossier_code
        ) as dossier,
        {{ has_changed_votes('responses.dossier_code') }} as has_changed_votes,
        {{ has_changed_nights('responses.answered_date') }} as has_changed_nights
    from {{ ref('fct_survey_responses') }} as responses
    left join handed_over on responses.dossier_key = handed_over.dossier_key
    left join followers
        on
            responses.ward_key = followers.from_ward_key
            and responses.answered_date >= followers.succession_date
    where {{ has_changed_votes('responses.dossier_code') }} or {{ has_changed_nights('responses.answered_date') }}
),

dossiers as (
    select
        dossier,
        count(*) as votes,
        min(answered_at) as first_answered_at,
        max(answered_at) as last_answered_at
    from votes
    where dossier is not null and has_changed_votes
    group by dossier
    having count(*) >= {{ var('alarm_votes') }}
),

newest as (
    select
        votes.ward_key,
        votes.dossier_code,
        votes.answered_date,
        dossiers.votes,
        dossiers.first_answered_at,
        dossiers.last_answered_at,
        row_number() over (
            partition by votes.dossier
            order by votes.answered_at desc, votes.ward_key asc
        ) as place
    from dossiers
    inner join votes on dossiers.dossier = votes.dossier
),

-- A local hour costs more to know than all the rest, and of a tablet it is known whether the counter was open.
at_night as (
    select
        votes.ward_key,
        votes.answered_date,
        votes.answered_at,
        {{ local_minute('votes.answered_at', 'districts.time_zone') }} as answered_minute
    from votes
    inner join {{ ref('stg_districts') }} as districts on votes.district_code = districts.district_code
    where votes.has_changed_nights and votes.mode <> 'paper' and (votes.mode <> 'tablet' or votes.is_out_of_hours)
),

alarms as (
    select
        'votes_for_one_dossier' as alarm,
        ward_key,
        dossier_code,
        answered_date,
        votes,
        first_answered_at,
        last_answered_at
    from newest
    where place = 1
    union all
    select
        'votes_at_night' as alarm,
        ward_key,
        cast(null as varchar) as dossier_code,
        answered_date,
        count(*) as votes,
        min(answered_at) as first_answered_at,
        max(answered_at) as last_answered_at
    from at_night
    where answered_minute > 0 and answered_minute < {{ var('night_ends_at_minute') }}
    group by ward_key, answered_date
    having count(*) >= {{ var('alarm_votes') }}
)

select
    alarms.ward_key,
    wards.district_code,
    alarms.alarm,
    alarms.dossier_code,
    alarms.answered_date,
    alarms.votes,
    alarms.first_answered_at,
    alarms.last_answered_at
from alarms
inner join {{ ref('dim_ward') }} as wards on alarms.ward_key = wards.ward_key
