{{ config(materialized='view_in_place') }}

-- What the decisions of a component are made from, as a number: where it is the same, so are they.
select
    component,
    cast(sum({{ text_hash(
        "coalesce(ward_key, '') || '|' || period_grain || '|' || cast(period_start as varchar) || '|'"
        ~ " || cast(period_end as varchar) || '|' || coalesce(dimension, '') || '|' || member || '|' || published_as"
        ~ " || '|' || cast(denominator as varchar) || '|' || cast(threshold as varchar) || cast(is_frozen as varchar)"
    ) }}) as varchar) as digest
from {{ ref('int_suppression_cells') }}
group by component
