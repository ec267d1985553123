-- What hiding small numbers costs: the figures there are, those that are too small, and those hidden beside them.
with figures as (
    {%- for relation in ['reform_indicators', 'indicator_breakdowns'] %}
    select
        '{{ relation }}' as published_in,
        figures.indicator_code as figure,
        figures.district_code,
        figures.period_grain,
        figures.value_note
    from {{ ref(relation) }} as figures
    inner join {{ ref('dim_indicator') }} as indicators
        on
            figures.indicator_code = indicators.indicator_code
            and figures.indicator_version = indicators.indicator_version
    where indicators.small_number_threshold is not null
    union all
    {%- endfor %}
    select
        'survey_statistics' as published_in,
        question as figure,
        district_code,
        period_grain,
        value_note
    from {{ ref('survey_statistics') }}
),

-- A figure of a mode stands in the survey's own table; of any other dimension, among the breakdowns.
unprotected_figures as (
    select
        family,
        district_code,
        period_grain,
        case
            when dimension is null then 'reform_indicators'
            when dimension = 'mode' then 'survey_statistics'
            else 'indicator_breakdowns'
        end as published_in
    from {{ ref('int_suppressed_figures') }}
    where note = 'not_protected'
),

unprotected as (
    select
        published_in,
        family,
        district_code,
        period_grain,
        count(*) as figures
    from unprotected_figures
    group by published_in, family, district_code, period_grain
),

counted as (
    select
        published_in,
        figure,
        district_code,
        period_grain,
        count(*) as figures,
        sum(case when value_note = 'suppressed_small_number' then 1 else 0 end) as too_small,
        sum(case when value_note = 'suppressed_secondary' then 1 else 0 end) as hidden_beside
    from figures
    where coalesce(value_note, '') not in ('not_reported', 'no_responses', 'no_dossiers')
    group by published_in, figure, district_code, period_grain
)

select
    counted.published_in,
    counted.figure,
    counted.district_code,
    counted.period_grain,
    counted.figures,
    cast(counted.too_small as bigint) as too_small,
    cast(counted.hidden_beside as bigint) as hidden_beside,
    cast(coalesce(unprotected.figures, 0) as bigint) as not_protected
from counted
left join unprotected
    on
        counted.published_in = unprotected.published_in
        and case
            when counted.published_in = 'survey_statistics' then {{ indicator_of_question('counted.figure') }}
            else counted.figure
        end = unprotected.family
        and counted.district_code = unprotected.district_code
        and counted.period_grain = unprotected.period_grain
