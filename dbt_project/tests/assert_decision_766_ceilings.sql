{{ config(group='indicators') }}

-- The ceilings of the indices are those of their block, and those of the blocks are 18, 20, 12, 10, 22, 18: 100 in all,
-- in every version.
with ceilings as (
    select
        scorecard_version,
        block,
        max(block_points) as block_points,
        sum(points) as index_points
    from {{ ref('scorecard_indices') }}
    where scorecard = 'decision_766'
    group by scorecard_version, block
)

select *
from ceilings
where
    abs(block_points - index_points) > 0.000001
    or block_points <> case block
        when 'publication' then 18
        when 'progress' then 20
        when 'online_services' then 12
        when 'online_payment' then 10
        when 'digitisation' then 22
        when 'satisfaction' then 18
        else 0
    end
