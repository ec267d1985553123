{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

-- Both scorecards line by line with the names that the law or the portal gives: each index or criterion, the sum of its
-- block, the total. A table, because the names stand in seeds that are not published.
with blocks as (
    select
        scorecard,
        scorecard_version,
        block,
        block_name_vi,
        min(index_order) as first_order
    from {{ ref('scorecard_indices') }}
    group by scorecard, scorecard_version, block, block_name_vi
),

sources as (
    select distinct
        scorecard,
        scorecard_version,
        source_vi
    from {{ ref('scorecard_indices') }}
)

select
    lines.scorecard,
    case lines.scorecard
        when 'decision_766' then 'Bộ chỉ số theo Quyết định 766/QĐ-TTg'
        else 'Đánh giá theo Thông tư 01/2018/TT-VPCP'
    end as scorecard_name_vi,
    cast(lines.scorecard_version as integer) as scorecard_version,
    lines.is_in_force,
    lines.district_code,
    units.district_name_vi,
    units.ward_key as unit_key,
    units.unit_kind,
    units.ward_name_vi as unit_name_vi,
    lines.period_grain,
    {{ period_label_vi('lines.period_grain', 'lines.period_start', 'lines.period_end') }} as period_label_vi,
    lines.period_start,
    lines.period_end,
    lines.is_provisional,
    lines.level, -- noqa: RF04
    -- A block stands above its indices, the total below all.
    cast(case lines.level
        when 'index' then 2 * indices.index_order
        when 'block' then 2 * blocks.first_order - 1
        else 999
    end as integer) as display_order,
    blocks.block_name_vi,
    lines.criterion_code,
    indices.index_number as criterion_number,
    case lines.level
        when 'index' then indices.name_vi
        when 'block' then blocks.block_name_vi
        else 'Tổng điểm'
    end as criterion_name_vi,
    lines.numerator,
    lines.denominator,
    lines.rate,
    cast(lines.ceiling as double precision) as ceiling,
    lines.points,
    cast(lines.points_possible as double precision) as points_possible,
    lines.portal_points,
    lines.portal_points_possible,
    case lines.classification
        when 'excellent' then 'Xuất sắc'
        when 'good' then 'Tốt'
        when 'fair' then 'Khá'
        when 'average' then 'Trung bình'
        when 'weak' then 'Yếu'
    end as classification_vi,
    cast(lines.wards_reporting as integer) as wards_reporting,
    cast(lines.wards_expected as integer) as wards_expected,
    lines.value_note,
    notes.text_vi as value_note_vi,
    sources.source_vi
from {{ ref('int_scorecard_lines') }} as lines -- noqa: RF04
inner join {{ ref('dim_ward') }} as units on coalesce(lines.ward_key, lines.district_code) = units.ward_key
left join {{ ref('scorecard_indices') }} as indices
    on
        lines.level = 'index'
        and lines.scorecard = indices.scorecard
        and lines.scorecard_version = indices.scorecard_version
        and lines.block = indices.block
        and lines.criterion_code = indices.index_code
left join blocks
    on
        lines.level <> 'total'
        and lines.scorecard = blocks.scorecard
        and lines.scorecard_version = blocks.scorecard_version
        and lines.block = blocks.block
left join sources
    on lines.scorecard = sources.scorecard and lines.scorecard_version = sources.scorecard_version
left join {{ ref('dim_value_note') }} as notes on lines.value_note = notes.value_note
where {{ is_noted_period('lines') }}
