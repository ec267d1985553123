-- What each ward that ever was is today, through at most two changes. A share that is not stated makes the whole chain
-- unknown: its counts stay in sight as unassigned, and are in no unit of today.
with steps as (
    select
        units.ward_history_key,
        units.valid_to,
        first_step.to_history_key as first_key,
        second_step.to_history_key as second_key,
        coalesce(first_step.share, case when first_step.to_history_key is null then 1 end)
        * coalesce(second_step.share, case when second_step.to_history_key is null then 1 end) as share -- noqa: RF04
    from {{ ref('dim_ward_history') }} as units
    left join {{ ref('dim_ward_succession') }} as first_step
        on units.ward_history_key = first_step.from_history_key
    left join {{ ref('dim_ward_succession') }} as second_step
        on first_step.to_history_key = second_step.from_history_key
),

ends as (
    select
        steps.*,
        coalesce(steps.second_key, steps.first_key, steps.ward_history_key) as last_key
    from steps
),

placed as (
    select
        ends.ward_history_key,
        case
            when ends.share is null then 'split_without_share'
            when last_units.valid_to < date '9999-12-31' then 'successor_not_stated'
        end as note,
        case when ends.share is not null and last_units.valid_to = date '9999-12-31' then ends.last_key end as now_key,
        ends.share
    from ends
    inner join {{ ref('dim_ward_history') }} as last_units on ends.last_key = last_units.ward_history_key
)

select
    ward_history_key,
    now_key,
    case when note is null then sum(share) else 1 end as share, -- noqa: RF04
    note
from placed
group by ward_history_key, now_key, note
