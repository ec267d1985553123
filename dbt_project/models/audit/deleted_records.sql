-- Every record that ever vanished at its source, and whether it is still gone.
with newest_versions as (
    select
        record_kind,
        ward_key,
        source_record_id,
        max(night) as newest_night
    from {{ ref('stg_accepted_records') }}
    where (record_kind, ward_key, source_record_id) in (
        select
            gone.record_kind,
            gone.ward_key,
            gone.source_record_id
        from {{ ref('int_deletions__newest') }} as gone
    )
    group by record_kind, ward_key, source_record_id
)

select
    deletions.record_kind || ':' || deletions.ward_key || ':' || deletions.source_record_id as deletion_key,
    deletions.record_kind,
    deletions.ward_key,
    deletions.district_code,
    deletions.source_record_id,
    deletions.night,
    deletions.reconciled_at,
    newest_versions.newest_night,
    case
        when deletions.is_deleted and newest_versions.newest_night <= deletions.night then 'deleted' else 'returned'
    end as state
from {{ ref('int_deletions__newest') }} as deletions
left join newest_versions
    on
        deletions.record_kind = newest_versions.record_kind
        and deletions.ward_key = newest_versions.ward_key
        and deletions.source_record_id = newest_versions.source_record_id
