-- What the order of versions needs of the night that brought them.
select
    partitions.record_kind,
    partitions.ward_key,
    partitions.night,
    partitions.is_full,
    {{ local_day_start(add_days('partitions.night', 1), 'districts.time_zone') }} as night_ends_at
from {{ ref('stg_partitions') }} as partitions
left join {{ ref('stg_districts') }} as districts on partitions.district_code = districts.district_code
