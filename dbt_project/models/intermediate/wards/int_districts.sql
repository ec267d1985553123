-- depends_on: {{ ref_of_nights('int_districts__before') }}
-- What a district's figures are as of: the newest night committed by any of its wards.
with nights as (
    select
        district_code,
        min(night) as first_night,
        max(night) as as_of
    from {{ ref('stg_partitions') }}
    group by district_code
),

first_records as (
    select
        district_code,
        min(received_date) as first_date
    from {{ ref('fct_dossiers') }}
    group by district_code
    union all
    select
        district_code,
        min(answered_date) as first_date
    from {{ ref('fct_survey_responses') }}
    group by district_code
    union all
    select
        district_code,
        min(period_start) as first_date
    from {{ ref('fct_ward_returns') }}
    group by district_code
),

first_dates as (
    select
        district_code,
        min(first_date) as first_date
    from first_records
    group by district_code
),

in_force as (
    select
        district_code,
        min(in_force_from) as in_force_from
    from {{ ref('stg_ward_record_kinds') }}
    group by district_code
)

select
    nights.district_code,
    nights.first_night,
    nights.as_of,
    -- One record with a date of another century must not open a century of empty periods.
    greatest(coalesce(first_dates.first_date, nights.first_night), in_force.in_force_from) as first_period_date
from nights
inner join in_force on nights.district_code = in_force.district_code
left join first_dates on nights.district_code = first_dates.district_code
