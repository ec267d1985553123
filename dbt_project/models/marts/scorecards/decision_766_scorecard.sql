-- Points are given for what is known only: points_possible is the ceiling of what was reported, so that a score of a
-- unit that reports nothing is null, and that of a unit that reports badly is low.
with units as (
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional
    from {{ ref('reform_indicators') }}
    where indicator_code = 'on_time_decision_766' and period_grain <> 'day'
),

indices as (
    select
        units.*,
        scored.block,
        scored.index_code,
        scored.ceiling,
        scored.ceiling_basis,
        figures.numerator,
        figures.denominator,
        figures.value as rate,
        case
            when figures.indicator_code is null then 'not_reported'
            else figures.value_note
        end as value_note,
        figures.value * scored.ceiling as points,
        case when figures.value is not null then scored.ceiling end as points_possible
    from units
    cross join {{ ref('int_decision_766_indices') }} as scored
    left join {{ ref('reform_indicators') }} as figures
        on
            scored.indicator_code = figures.indicator_code
            and units.district_code = figures.district_code
            and coalesce(units.ward_key, '') = coalesce(figures.ward_key, '')
            and units.period_grain = figures.period_grain
            and units.period_start = figures.period_start
            and units.period_end = figures.period_end
),

levels as (
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional,
        'index' as level, -- noqa: RF04
        block,
        index_code,
        ceiling,
        ceiling_basis,
        numerator,
        denominator,
        rate,
        points,
        points_possible,
        value_note
    from indices
    {%- for level, block in [('block', 'block'), ('total', "'total'")] %}
    union all
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional,
        '{{ level }}' as level, -- noqa: RF04
        {{ block }} as block,
        '{{ level }}' as index_code,
        round(sum(ceiling), 6) as ceiling,
        'decision' as ceiling_basis,
        cast(null as bigint) as numerator,
        cast(null as bigint) as denominator,
        cast(null as double precision) as rate,
        round(sum(points), 6) as points,
        round(sum(points_possible), 6) as points_possible,
        case when count(points) = 0 then 'not_reported' end as value_note
    from indices
    group by
        ward_key, district_code, period_grain, period_start, period_end, is_provisional
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
    level,
    block,
    index_code,
    numerator,
    denominator,
    rate,
    points,
    points_possible,
    ceiling,
    ceiling_basis,
    value_note
from levels
