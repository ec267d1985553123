{{ config(materialized='view_in_place', group='records', access='protected') }}

with ranked as (
    select
        deletions.*,
        row_number() over (
            partition by deletions.record_kind, deletions.ward_key, deletions.source_record_id
            order by deletions.night desc, deletions.reconciled_at desc
        ) as recency
    from {{ ref('stg_deletions') }} as deletions
)

select
    record_kind,
    ward_key,
    district_code,
    source_record_id,
    night,
    is_deleted,
    reconciled_at
from ranked
where recency = 1
