{{ config(materialized='view_in_place') }}

-- Both scorecards line by line: each index or criterion, the sum of its block, the total.
select
    'decision_766' as scorecard,
    scorecard_version,
    is_in_force,
    district_code,
    ward_key,
    period_grain,
    period_start,
    period_end,
    is_provisional,
    level, -- noqa: RF04
    block,
    index_code as criterion_code,
    numerator,
    denominator,
    rate,
    ceiling,
    points,
    points_possible,
    portal_points,
    portal_points_possible,
    cast(null as varchar) as classification,
    wards_reporting,
    wards_expected,
    value_note
from {{ ref('decision_766_scorecard') }}
union all
select
    'circular_01_2018' as scorecard,
    scorecard_version,
    is_in_force,
    district_code,
    ward_key,
    'quarter' as period_grain,
    period_start,
    period_end,
    is_provisional,
    case level when 'criterion' then 'index' else level end as level, -- noqa: RF04
    'form' as block,
    criterion as criterion_code,
    numerator,
    denominator,
    cast(null as double precision) as rate,
    ceiling,
    points,
    points_possible,
    cast(null as double precision) as portal_points,
    cast(null as double precision) as portal_points_possible,
    classification,
    wards_reporting,
    wards_expected,
    value_note
from {{ ref('circular_01_2018_form') }}
