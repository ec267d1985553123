-- What hiding small numbers costs: the figures there are, those that are too small, and those hidden beside them.
with figures as (
    select
        'reform_indicators' as published_in,
        indicators.indicator_code as figure,
        figures.district_code,
        figures.period_grain,
        figures.value_note
    from {{ ref('reform_indicators') }} as figures
    inner join {{ ref('dim_indicator') }} as indicators
        on
            figures.indicator_code = indicators.indicator_code
            and figures.indicator_version = indicators.indicator_version
    where indicators.small_number_threshold is not null
    union all
    select
        'indicator_breakdowns' as published_in,
        members.indicator_code as figure,
        members.district_code,
        members.period_grain,
        members.value_note
    from {{ ref('indicator_breakdowns') }} as members
    inner join {{ ref('dim_indicator') }} as indicators
        on
            members.indicator_code = indicators.indicator_code
            and members.indicator_version = indicators.indicator_version
    where indicators.small_number_threshold is not null
    union all
    select
        'survey_statistics' as published_in,
        question as figure,
        district_code,
        period_grain,
        value_note
    from {{ ref('survey_statistics') }}
),

unprotected as (
    select
        family,
        district_code,
        period_grain,
        count(*) as figures
    from {{ ref('int_suppressed_figures') }}
    where note = 'not_protected' and dimension is null
    group by family, district_code, period_grain
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
        counted.published_in = 'reform_indicators'
        and counted.figure = unprotected.family
        and counted.district_code = unprotected.district_code
        and counted.period_grain = unprotected.period_grain
