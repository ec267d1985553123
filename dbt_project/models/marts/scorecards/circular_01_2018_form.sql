-- Points are given for what is known only, and a class when all criteria are.
with scored as (
    select * from {{ ref('int_circular_01_2018_points') }}
),

totals as (
    select
        ward_key,
        district_code,
        period_start,
        period_end,
        is_provisional,
        scorecard_version,
        is_in_force,
        -- Nine times five thirds are 15, whatever binary fractions make of them.
        round(sum(points), 9) as points,
        sum(case when points is not null then ceiling end) as points_possible,
        sum(ceiling) as ceiling,
        count(points) as criteria_known,
        count(*) as criteria,
        min(wards_reporting) as wards_reporting,
        max(wards_expected) as wards_expected
    from scored
    group by ward_key, district_code, period_start, period_end, is_provisional, scorecard_version, is_in_force
)

select
    ward_key,
    district_code,
    period_start,
    period_end,
    is_provisional,
    scorecard_version,
    is_in_force,
    'criterion' as level, -- noqa: RF04
    criterion,
    name_vi,
    name_en,
    basis,
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    points,
    cast(case when points is not null then ceiling end as integer) as points_possible,
    cast(ceiling as integer) as ceiling,
    cast(wards_reporting as integer) as wards_reporting,
    cast(wards_expected as integer) as wards_expected,
    cast(null as varchar) as classification,
    value_note
from scored
union all
select
    totals.ward_key,
    totals.district_code,
    totals.period_start,
    totals.period_end,
    totals.is_provisional,
    totals.scorecard_version,
    totals.is_in_force,
    'total' as level, -- noqa: RF04
    'total' as criterion,
    'Tổng điểm' as name_vi,
    'Total' as name_en,
    cast(null as varchar) as basis,
    cast(null as bigint) as numerator,
    cast(null as bigint) as denominator,
    totals.points,
    cast(totals.points_possible as integer) as points_possible,
    cast(totals.ceiling as integer) as ceiling,
    cast(totals.wards_reporting as integer) as wards_reporting,
    cast(totals.wards_expected as integer) as wards_expected,
    classes.class_code as classification,
    case
        when totals.criteria_known = 0 then 'not_reported'
        when totals.criteria_known < totals.criteria then 'incomplete'
    end as value_note
from totals
left join {{ ref('scorecard_classes') }} as classes
    on
        classes.scorecard = 'circular_01_2018'
        and totals.scorecard_version = classes.scorecard_version
        and totals.criteria_known = totals.criteria
        and totals.points >= classes.from_points
        and (classes.below_points is null or totals.points < classes.below_points)
