-- Where a ward's system has no column for what an indicator counts, nothing is known of it: it is neither none nor all.
with fulfilled as (
    select distinct
        needs.indicator_code,
        needs.indicator_version,
        needs.need,
        recorded.ward_key
    from {{ ref('indicator_needs') }} as needs
    inner join {{ ref('stg_recorded_columns') }} as recorded
        on needs.record_kind = recorded.record_kind and needs.column_name = recorded.column_name
),

needed as (
    select distinct
        indicator_code,
        indicator_version,
        need
    from {{ ref('indicator_needs') }}
)

select
    needed.indicator_code,
    needed.indicator_version,
    wards.ward_key,
    wards.district_code,
    needed.need as missing
from needed
cross join {{ ref('stg_wards') }} as wards
left join fulfilled
    on
        needed.indicator_code = fulfilled.indicator_code
        and needed.indicator_version = fulfilled.indicator_version
        and needed.need = fulfilled.need
        and wards.ward_key = fulfilled.ward_key
where fulfilled.ward_key is null
