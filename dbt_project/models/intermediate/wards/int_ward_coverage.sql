-- depends_on: {{ ref_of_nights('int_ward_coverage__before') }}
-- How far each ward's records are known, per record kind. Nights on which nothing was due count as known.
with expected as (
    select
        ward_key,
        record_kind,
        min(case when not is_covered then night end) as first_missing_night
    from {{ ref('reporting_completeness') }}
    group by ward_key, record_kind
),

committed as (
    select
        ward_key,
        record_kind,
        max(night) as newest_night
    from {{ ref('stg_partitions') }}
    group by ward_key, record_kind
),

coverage as (
    select
        feeds.ward_key,
        feeds.district_code,
        feeds.record_kind,
        feeds.in_force_from,
        feeds.in_force_to,
        districts.as_of as district_as_of,
        committed.newest_night,
        case
            when committed.newest_night is null then null
            else coalesce({{ add_days('expected.first_missing_night', -1) }}, districts.as_of)
        end as covered_to
    from {{ ref('stg_ward_record_kinds') }} as feeds
    left join {{ ref('int_districts') }} as districts on feeds.district_code = districts.district_code
    left join committed
        on feeds.ward_key = committed.ward_key and feeds.record_kind = committed.record_kind
    left join expected
        on feeds.ward_key = expected.ward_key and feeds.record_kind = expected.record_kind
)

select * from coverage
union all
-- What the nights themselves say is always known to the warehouse.
select
    ward_key,
    district_code,
    'reporting_nights' as record_kind,
    min(in_force_from) as in_force_from,
    case when count(in_force_to) = count(*) then max(in_force_to) end as in_force_to,
    max(district_as_of) as district_as_of,
    max(district_as_of) as newest_night,
    max(district_as_of) as covered_to
from coverage
group by ward_key, district_code
