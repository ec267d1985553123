{% set table_key = indicator_breakdown_key() -%}
{% set keys = table_key + ['ward_key', 'member'] -%}
-- Parts by ward and, with a null ward, summed to the district; a member without a record has no row.
with noted as (
    select
        summed.*,
        indicators.indicator_kind,
        indicators.small_number_threshold,
        case
            when indicators.indicator_kind = 'ratio' then coalesce(summed.numerator, 0)
            else summed.numerator
        end as known_numerator,
        coalesce(summed.denominator, 0) as size,
        case
            when indicators.indicator_kind = 'count' then null
            when coalesce(summed.denominator, 0) = 0 then indicators.empty_note
            when summed.denominator < indicators.small_number_threshold then 'suppressed_small_number'
        end as first_note
    from {{ ref('int_indicator_breakdown_values') }} as summed
    inner join {{ ref('dim_indicator') }} as indicators
        on
            summed.indicator_code = indicators.indicator_code
            and summed.indicator_version = indicators.indicator_version
),

tables as (
    select distinct {{ table_key | join(', ') }}
    from noted
    where small_number_threshold is not null
),

-- The members of what is suppressed at all, and beside them their totals.
figures as (
    select
        {{ keys | join(',\n        ') }},
        size,
        first_note,
        false as is_total
    from noted
    where small_number_threshold is not null
    union all
    select
        {%- for column in table_key %}
        tables.{{ column }},
        {%- endfor %}
        totals.ward_key,
        'all' as member,
        totals.denominator as size,
        totals.value_note as first_note,
        true as is_total
    from tables
    inner join {{ ref('reform_indicators') }} as totals
        on
            tables.indicator_code = totals.indicator_code
            {%- for column in table_key if column not in ['indicator_code', 'dimension'] %}
            and tables.{{ column }} = totals.{{ column }}
            {%- endfor %}
),

{{ secondary_suppression('figures', table_key) }},

explained as (
    select
        noted.*,
        coalesce(hidden.value_note, noted.first_note) as value_note,
        coalesce(hidden.value_note in ('suppressed_small_number', 'suppressed_secondary'), false) as is_suppressed
    from noted
    left join hidden_together as hidden
        on
            coalesce(noted.ward_key, '') = coalesce(hidden.ward_key, '')
            {%- for column in keys if column != 'ward_key' %}
            and noted.{{ column }} = hidden.{{ column }}
            {%- endfor %}
            and not hidden.is_total
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
