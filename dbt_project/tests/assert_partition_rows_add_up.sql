-- Read = accepted + quarantined + unchanged, and the accepted and quarantined records are really there.
with loaded as (
    select
        record_kind,
        ward_key,
        night,
        1 as accepted,
        0 as quarantined
    from {{ ref('stg_accepted_records') }}
    union all
    select
        record_kind,
        ward_key,
        night,
        0 as accepted,
        1 as quarantined
    from {{ ref('stg_quarantine') }}
),

counted as (
    select
        record_kind,
        ward_key,
        night,
        sum(accepted) as rows_accepted,
        sum(quarantined) as rows_quarantined
    from loaded
    group by record_kind, ward_key, night
)

select
    coalesce(partitions.record_kind, counted.record_kind) as record_kind,
    coalesce(partitions.ward_key, counted.ward_key) as ward_key,
    coalesce(partitions.night, counted.night) as night,
    partitions.rows_read,
    partitions.rows_accepted,
    partitions.rows_quarantined,
    partitions.rows_unchanged,
    counted.rows_accepted as rows_found_accepted,
    counted.rows_quarantined as rows_found_quarantined
from {{ ref('stg_partitions') }} as partitions
full outer join counted
    on
        partitions.record_kind = counted.record_kind
        and partitions.ward_key = counted.ward_key
        and partitions.night = counted.night
where
    partitions.ward_key is null
    or partitions.rows_read <> partitions.rows_accepted + partitions.rows_quarantined + partitions.rows_unchanged
    or partitions.rows_accepted <> coalesce(counted.rows_accepted, 0)
    or partitions.rows_quarantined <> coalesce(counted.rows_quarantined, 0)
