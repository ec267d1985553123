-- Points are given for what is known only, and a class when all nine criteria are.
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
        -- Nine times five thirds are 15, whatever binary fractions make of them.
        round(sum(points), 9) as points,
        count(points) as criteria_known,
        min(wards_reporting) as wards_reporting,
        max(wards_expected) as wards_expected
    from scored
    group by ward_key, district_code, period_start, period_end, is_provisional
)

select
    ward_key,
    district_code,
    period_start,
    period_end,
    is_provisional,
    period_end >= date '2019-01-06' as is_in_force,
    'criterion' as level, -- noqa: RF04
    criterion,
    name_vi,
    name_en,
    basis,
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    points,
    case when points is not null then 2 end as points_possible,
    2 as ceiling,
    cast(wards_reporting as integer) as wards_reporting,
    cast(wards_expected as integer) as wards_expected,
    cast(null as varchar) as classification,
    value_note
from scored
union all
select
    ward_key,
    district_code,
    period_start,
    period_end,
    is_provisional,
    period_end >= date '2019-01-06' as is_in_force,
    'total' as level, -- noqa: RF04
    'total' as criterion,
    'Tổng điểm' as name_vi,
    'Total' as name_en,
    cast(null as varchar) as basis,
    cast(null as bigint) as numerator,
    cast(null as bigint) as denominator,
    points,
    case when criteria_known > 0 then cast(2 * criteria_known as integer) end as points_possible,
    18 as ceiling,
    cast(wards_reporting as integer) as wards_reporting,
    cast(wards_expected as integer) as wards_expected,
    case
        when criteria_known < 9 then null
        {%- for from_points, classification in circular_01_2018_classes() %}
        when points >= {{ from_points }} then '{{ classification }}'
        {%- endfor %}
    end as classification,
    case
        when criteria_known = 0 then 'not_reported'
        when criteria_known < 9 then 'incomplete'
    end as value_note
from totals
