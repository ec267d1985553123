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
)

select
    period_grain,
    period_start,
    period_end,
    cast(sum(period_content) as varchar) as digest,
    true as is_newest
from contents
group by period_grain, period_start, period_end
