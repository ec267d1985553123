{{ config(
    materialized='kept_in_place',
    pre_hook=[
        "{% if keeps_its_shape() %} delete from {{ this }} where not is_newest {% endif %}",
        "{% if keeps_its_shape() %} update {{ this }} set is_newest = false {% endif %}"
    ]
) }}

{%- set key = [
    'indicator_code', 'cast(indicator_version as varchar)', 'district_code', "coalesce(ward_key, '')",
    "coalesce(cast(numerator as varchar), '')", "coalesce(cast(denominator as varchar), '')",
] %}
{%- set returned = ['items.return_key', 'items.ward_key', 'items.item_code', 'items.period_grain'] %}
{%- for column in ['quantity', 'base', 'counted_date', 'wider_start', 'wider_end'] %}
{%- do returned.append("coalesce(cast(items." ~ column ~ " as varchar), '')") %}
{%- endfor %}
-- The sums of a period, how far it is known and what was decided of it, as a number: where it is the one of the last
-- build, so are they. The sums are cheap to add up, what is made of them is not.
with contents as (
    {%- for record_kind in indicator_record_kinds() %}
    select
        period_grain,
        period_start,
        period_end,
        {{ text_hash(key | join(" || '|' || ")) }} as period_content
    from {{ ref('int_indicator_sums__' ~ record_kind) }}
    union all
    {%- endfor %}
    select
        period_grain,
        period_start,
        period_end,
        {{ text_hash("district_code || '|' || cast(effective_end as varchar)") }} as period_content
    from {{ ref('int_periods') }}
    union all
    select
        period_grain,
        period_start,
        period_end,
        {{ text_hash("district_code || '|' || coalesce(ward_key, '') || '|' || state") }} as period_content
    from {{ ref('period_decisions') }}
    where is_newest
    union all
    -- Scorecards read what offices returned besides, by rules of their own for what counts in a period.
    select
        periods.period_grain,
        periods.period_start,
        periods.period_end,
        {{ text_hash(returned | join(" || '|' || ")) }} as period_content
    from {{ ref('fct_ward_returns') }} as items
    inner join {{ ref('int_periods') }} as periods
        on
            items.district_code = periods.district_code
            and items.period_start <= periods.period_end
            and periods.period_start <= items.period_end
    where periods.period_grain <> 'day'
)

select
    period_grain,
    period_start,
    period_end,
    cast(sum(period_content) as varchar) as digest,
    true as is_newest
from contents
group by period_grain, period_start, period_end
