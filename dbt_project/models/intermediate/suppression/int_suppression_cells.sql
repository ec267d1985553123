-- The figures of every indicator, district and year in which a small number is hidden: what adds up to what is decided
-- among them together. A component without a small number has nothing to hide and is left out.
with published_before as (
    -- What was reported, or was seen after that, stays readable: it hides nothing any more.
    {%- for relation, after in [(ref('closed_indicators'), ''), (source('raw', 'restatements'), '_after')] %}
    select
        indicator_code,
        district_code,
        coalesce(ward_key, '') as ward_key,
        period_grain,
        period_start,
        period_end
    from {{ relation }}
    where denominator{{ after }} is not null
    {% if not loop.last %}union{% endif %}
    {%- endfor %}
),

figures as (
    select
        coalesce(indicators.hidden_with, indicators.indicator_code) as family, -- noqa: RF04
        parts.district_code,
        parts.ward_key,
        parts.period_grain,
        parts.period_start,
        parts.period_end,
        cast(null as varchar) as dimension,
        'all' as member,
        parts.indicator_code as published_as,
        cast(parts.denominator as bigint) as denominator,
        indicators.small_number_threshold as threshold,
        published_before.indicator_code is not null as is_frozen
    from {{ ref('int_indicator_values') }} as parts
    inner join {{ ref('dim_indicator') }} as indicators
        on parts.indicator_code = indicators.indicator_code and parts.indicator_version = indicators.indicator_version
    left join published_before
        on
            parts.indicator_code = published_before.indicator_code
            and parts.district_code = published_before.district_code
            and coalesce(parts.ward_key, '') = published_before.ward_key
            and parts.period_grain = published_before.period_grain
            and parts.period_start = published_before.period_start
            and parts.period_end = published_before.period_end
    where indicators.small_number_threshold is not null and parts.wards_with_data > 0
    union all
    select
        coalesce(indicators.hidden_with, indicators.indicator_code) as family, -- noqa: RF04
        members.district_code,
        members.ward_key,
        members.period_grain,
        members.period_start,
        members.period_end,
        members.dimension,
        members.member,
        members.indicator_code as published_as,
        members.denominator,
        indicators.small_number_threshold as threshold,
        false as is_frozen
    from {{ ref('int_indicator_breakdown_values') }} as members
    inner join {{ ref('dim_indicator') }} as indicators
        on
            members.indicator_code = indicators.indicator_code
            and members.indicator_version = indicators.indicator_version
    where indicators.small_number_threshold is not null
    union all
    select
        {{ indicator_of_question('question') }} as family, -- noqa: RF04
        district_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
        'mode' as dimension,
        mode as member,
        'survey_statistics' as published_as,
        valid_answers as denominator,
        {{ var('survey_small_number') }} as threshold,
        false as is_frozen
    from {{ ref('int_survey_statistics') }}
    where mode <> 'all'
),

components as (
    select
        figures.*,
        figures.family
        || ':' || figures.district_code
        || ':' || cast(extract(year from figures.period_start) as varchar) as component
    from figures
    -- A zero that two indicators say is hidden as soon as one of them is not zero.
    where
        figures.denominator > 0
        or (
            figures.member = 'all'
            and figures.family in (select i.hidden_with from {{ ref('dim_indicator') }} as i)
        )
),

with_a_small_number as (
    select distinct component
    from components
    where denominator between 1 and threshold - 1
)

select components.*
from components
inner join with_a_small_number on components.component = with_a_small_number.component
