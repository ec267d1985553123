-- One row per ward, record kind and night on which the ward was due to report, by its cadence.
with nights as (
    select
        feeds.ward_key,
        feeds.district_code,
        feeds.record_kind,
        feeds.cadence,
        feeds.in_force_to,
        dates.calendar_date as night,
        dates.is_working_day,
        dates.iso_weekday,
        districts.as_of,
        partitions.night as committed_night,
        partitions.committed_at,
        partitions.rows_read,
        partitions.rows_accepted,
        partitions.rows_quarantined,
        partitions.rows_unchanged,
        -- The cursor catches up: a night that failed is covered by the first later one that did not.
        min(partitions.night) over (
            partition by feeds.ward_key, feeds.record_kind
            order by dates.calendar_date desc
            rows between unbounded preceding and current row
        ) as covering_night
    from {{ ref('stg_ward_record_kinds') }} as feeds
    inner join {{ ref('int_districts') }} as districts on feeds.district_code = districts.district_code
    inner join {{ ref('dim_date') }} as dates
        on dates.calendar_date between greatest(feeds.in_force_from, districts.first_night) and districts.as_of
    left join {{ ref('stg_partitions') }} as partitions
        on
            feeds.ward_key = partitions.ward_key
            and feeds.record_kind = partitions.record_kind
            and dates.calendar_date = partitions.night
),

failures as (
    select
        ward_key,
        record_kind,
        night,
        error,
        row_number() over (
            partition by ward_key, record_kind, night
            order by finished_at desc nulls last, outcome_id desc
        ) as recency
    from {{ ref('stg_load_outcomes') }}
    where status in ('failed', 'held')
)

select
    nights.ward_key || ':' || nights.record_kind || ':' || cast(nights.night as varchar) as reporting_night_key,
    nights.ward_key,
    nights.district_code,
    nights.record_kind,
    nights.night,
    nights.committed_night is not null as is_reported,
    nights.covering_night is not null as is_covered,
    cast({{ days_between('nights.night', 'coalesce(nights.covering_night, nights.as_of)') }} as integer) as nights_late,
    nights.committed_at,
    nights.rows_read,
    nights.rows_accepted,
    nights.rows_quarantined,
    nights.rows_unchanged,
    failures.error as last_error
from nights
left join failures
    on
        nights.ward_key = failures.ward_key
        and nights.record_kind = failures.record_kind
        and nights.night = failures.night
        and failures.recency = 1
where
    -- Only here: a ward that left may deliver its last night after it left.
    (nights.in_force_to is null or nights.night <= nights.in_force_to)
    and (
        nights.cadence = 'nightly'
        or (nights.cadence = 'working_days' and nights.is_working_day)
        -- A weekly system reports on the last night of the ISO week.
        or (nights.cadence = 'weekly' and nights.iso_weekday = 7)
    )
