-- The target that holds for a district's wards, day by day: of those set for the country, the province and the district
-- the narrowest, of those the newest.
with provinces as (
    select
        wards.district_code,
        min(history.province_code) as province_code
    from {{ ref('stg_wards') }} as wards
    inner join {{ ref('dim_ward_history') }} as history
        on
            wards.ward_code = history.ward_code
            and wards.in_force_from <= history.valid_to
            and coalesce(wards.in_force_to, date '9999-12-31') >= history.valid_from
    where wards.unit_kind = 'ward'
    group by wards.district_code
    having count(distinct history.province_code) = 1
),

steps as (
    select
        districts.district_code,
        targets.*,
        case targets.scope_kind when 'district' then 3 when 'province' then 2 else 1 end as narrowness
    from {{ ref('indicator_targets') }} as targets
    cross join {{ ref('stg_districts') }} as districts
    left join provinces on districts.district_code = provinces.district_code
    where
        targets.scope_kind = 'country'
        or (
            targets.scope_kind = 'province'
            and targets.scope_code = coalesce(districts.province_code, provinces.province_code)
        )
        or (targets.scope_kind = 'district' and targets.scope_code = districts.district_code)
),

days as (
    select
        district_code,
        indicator_code,
        indicator_version,
        applies_from as first_day
    from steps
    union
    select
        district_code,
        indicator_code,
        indicator_version,
        {{ add_days('applies_to', 1) }} as first_day
    from steps
    where applies_to is not null
),

spans as (
    select
        days.*,
        lead(days.first_day) over (
            partition by days.district_code, days.indicator_code, days.indicator_version
            order by days.first_day
        ) as next_from
    from days
),

ranked as (
    select
        spans.district_code,
        spans.indicator_code,
        spans.indicator_version,
        spans.first_day as applies_from,
        spans.next_from,
        steps.target,
        steps.comparison,
        row_number() over (
            partition by spans.district_code, spans.indicator_code, spans.indicator_version, spans.first_day
            order by steps.narrowness desc, steps.applies_from desc
        ) as place
    from spans
    inner join steps
        on
            spans.district_code = steps.district_code
            and spans.indicator_code = steps.indicator_code
            and spans.indicator_version = steps.indicator_version
            and spans.first_day >= steps.applies_from
            and (steps.applies_to is null or spans.first_day <= steps.applies_to)
)

select
    district_code,
    indicator_code,
    indicator_version,
    applies_from,
    next_from,
    target,
    comparison
from ranked
where place = 1
