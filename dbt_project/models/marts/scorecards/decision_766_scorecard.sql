{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

-- Points of what is known, by two readings of 0/0: points has no value for it, portal_points what the national portal
-- gives. points_possible is the ceiling of what is known, so that the score of a unit that reports nothing is null, and
-- that of a unit that reports badly is low.
with indices as (
    select
        figures.*,
        case
            when figures.rate is not null and figures.ceiling > 0
                then least(figures.ceiling, figures.ceiling * figures.rate / figures.full_from)
        end as exact_points
    from {{ ref('int_decision_766_figures') }} as figures
),

scored as (
    select
        indices.*,
        case
            when indices.exact_points is not null then indices.exact_points
            when indices.is_empty and indices.empty_gives = 'zero' then 0
            when indices.is_empty and indices.empty_gives = 'full' then indices.ceiling
        end as exact_portal_points
    from indices
),

levels as (
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional,
        scorecard_version,
        is_in_force,
        'index' as level, -- noqa: RF04
        block,
        index_code,
        index_number,
        ceiling,
        points_basis as ceiling_basis,
        numerator,
        denominator,
        rate,
        exact_points as points,
        case when exact_points is not null then ceiling end as points_possible,
        exact_portal_points as portal_points,
        case when exact_portal_points is not null then ceiling end as portal_points_possible,
        wards_reporting,
        wards_expected,
        value_note
    from scored
    {%- for level, block in [('block', 'block'), ('total', "'total'")] %}
    union all
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional,
        scorecard_version,
        is_in_force,
        '{{ level }}' as level, -- noqa: RF04
        {{ block }} as block,
        '{{ level }}' as index_code,
        cast(null as varchar) as index_number,
        sum(ceiling) as ceiling,
        'decision' as ceiling_basis,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as double precision) as rate,
        sum(exact_points) as points,
        sum(case when exact_points is not null then ceiling end) as points_possible,
        sum(exact_portal_points) as portal_points,
        sum(case when exact_portal_points is not null then ceiling end) as portal_points_possible,
        min(case when exact_portal_points is not null then wards_reporting end) as wards_reporting,
        max(wards_expected) as wards_expected,
        case
            when count(exact_points) = 0 then 'not_reported'
            when sum(case when exact_points is not null then ceiling end) < sum(ceiling) then 'incomplete'
        end as value_note
    from scored
    group by
        ward_key, district_code, period_grain, period_start, period_end, is_provisional, scorecard_version, is_in_force
        {%- if level == 'block' %}, block{% endif %}
    {%- endfor %}
)

select
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    is_provisional,
    scorecard_version,
    is_in_force,
    level,
    block,
    index_code,
    index_number,
    numerator,
    denominator,
    rate,
    -- As scores are published.
    round(points, 2) as points,
    points_possible,
    round(portal_points, 2) as portal_points,
    portal_points_possible,
    ceiling,
    ceiling_basis,
    wards_reporting,
    wards_expected,
    value_note
from levels
