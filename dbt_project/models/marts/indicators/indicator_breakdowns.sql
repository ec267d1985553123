{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_noted_periods') }}") }}

{% set table_key = indicator_breakdown_key() -%}
{% set keys = table_key + ['ward_key', 'member'] -%}
-- Parts by ward and, with a null ward, summed to the district; a member without a record has no row.
with noted as (
    select
        summed.*,
        indicators.indicator_kind,
        case
            when indicators.indicator_kind = 'ratio' then coalesce(summed.numerator, 0)
            else summed.numerator
        end as known_numerator,
        case
            when indicators.indicator_kind = 'count' then null
            when summed.denominator between 1 and indicators.small_number_threshold - 1 then 'suppressed_small_number'
            when hidden.note is not null then hidden.note
            when coalesce(summed.denominator, 0) = 0 then indicators.empty_note
        end as value_note
    from {{ ref('int_indicator_breakdown_values') }} as summed
    inner join {{ ref('dim_indicator') }} as indicators
        on
            summed.indicator_code = indicators.indicator_code
            and summed.indicator_version = indicators.indicator_version
    left join {{ ref('int_suppressed_figures') }} as hidden
        on
            hidden.note = 'suppressed_secondary'
            and coalesce(indicators.hidden_with, indicators.indicator_code) = hidden.family
            and coalesce(summed.ward_key, '') = coalesce(hidden.ward_key, '')
            {%- for column in keys if column not in ['ward_key', 'indicator_code', 'indicator_version'] %}
            and summed.{{ column }} = hidden.{{ column }}
            {%- endfor %}
    where {{ is_noted_period('summed') }}
),

explained as (
    select
        noted.*,
        coalesce(noted.value_note in ('suppressed_small_number', 'suppressed_secondary'), false) as is_suppressed
    from noted
)

select
    {{ keys | join(',\n    ') }},
    cast(case when not is_suppressed then known_numerator end as bigint) as numerator,
    cast(case when not is_suppressed then denominator end as bigint) as denominator,
    case
        when value_note is not null then null
        when indicator_kind = 'median' then median_value
        when indicator_kind = 'ratio'
            then cast(known_numerator as double precision) / cast(denominator as double precision)
        else cast(known_numerator as double precision)
    end as value, -- noqa: RF04
    value_note
from explained
