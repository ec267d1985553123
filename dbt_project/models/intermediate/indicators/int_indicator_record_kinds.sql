{{ config(materialized='view_in_place') }}

-- What is made from other records is covered as far as those are.
with needed as (
    select
        indicator_code,
        indicator_version,
        numerator_covered_by as record_kind
    from {{ ref('indicator_definitions') }}
    union
    select
        indicator_code,
        indicator_version,
        denominator_covered_by as record_kind
    from {{ ref('indicator_definitions') }}
)

select
    indicator_code,
    indicator_version,
    record_kind,
    count(*) over (partition by indicator_code, indicator_version) as record_kinds_needed
from needed
where record_kind is not null
