{{ config(group='indicators') }}

-- The ceilings of the indices are those of their block, and those of the blocks are 18, 20, 12, 10, 22, 18: 100 in all.
with ceilings as (
    select
        block,
        max(block_ceiling) as block_ceiling,
        sum(ceiling) as index_ceilings
    from {{ ref('int_decision_766_indices') }}
    group by block
)

select *
from ceilings
where
    abs(block_ceiling - index_ceilings) > 0.000001
    or block_ceiling <> case block
        when 'publication' then 18
        when 'progress' then 20
        when 'online_services' then 12
        when 'online_payment' then 10
        when 'digitisation' then 22
        when 'satisfaction' then 18
        else 0
    end
