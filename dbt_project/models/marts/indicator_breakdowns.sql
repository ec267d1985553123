-- Parts by ward and, with a null ward, summed to the district; a member without a record has no row.
with units as (
    {%- for ward_key in ['counts.ward_key', 'cast(null as varchar)'] %}
    select
        counts.indicator_code,
        counts.indicator_version,
        {{ ward_key }} as ward_key,
        counts.district_code,
        counts.period_grain,
        counts.period_start,
        counts.period_end,
        counts.dimension,
        counts.member,
        counts.item,
        sum(counts.numerator) as numerator,
        sum(counts.denominator) as denominator
    from {{ ref('int_indicator_breakdowns') }} as counts
    inner join {{ ref('int_indicator_spine') }} as spine
        on
            counts.indicator_code = spine.indicator_code
            and counts.indicator_version = spine.indicator_version
            and counts.ward_key = spine.ward_key
            and counts.period_grain = spine.period_grain
            and counts.period_start = spine.period_start
            and counts.period_end = spine.period_end
    where spine.has_data and spine.period_grain <> 'day'
    group by
        counts.indicator_code,
        counts.indicator_version,
        {% if ward_key == 'counts.ward_key' %}counts.ward_key,{% endif %}
        counts.district_code,
        counts.period_grain,
        counts.period_start,
        counts.period_end,
        counts.dimension,
        counts.member,
        counts.item
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

ranked as (
    select
        units.*,
        sum(units.denominator) over (
            cells
            order by units.item
            rows between unbounded preceding and current row
        ) as items_up_to,
        sum(units.denominator) over cells as items_in_all
    from units
    window
        cells as (
            partition by
                units.indicator_code,
                units.indicator_version,
                units.district_code,
                units.ward_key,
                units.period_grain,
                units.period_start,
                units.period_end,
                units.dimension,
                units.member
        )
),

summed as (
    select
        indicator_code,
        indicator_version,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        dimension,
        member,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        avg(
            case
                when items_up_to >= items_in_all / 2.0 and items_up_to - denominator <= items_in_all / 2.0 then item
            end
        ) as median_value
    from ranked
    group by
        indicator_code,
        indicator_version,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        dimension,
        member
),

noted as (
    select
        summed.*,
        indicators.indicator_kind,
        case
            when indicators.indicator_kind = 'ratio' then coalesce(summed.numerator, 0)
            else summed.numerator
        end as known_numerator,
        case
            when indicators.indicator_kind = 'count' then null
            when coalesce(summed.denominator, 0) = 0 then indicators.empty_note
            when summed.denominator < indicators.small_number_threshold then 'suppressed_small_number'
        end as value_note
    from summed
    inner join {{ ref('dim_indicator') }} as indicators
        on
            summed.indicator_code = indicators.indicator_code
            and summed.indicator_version = indicators.indicator_version
)

select
    indicator_code,
    indicator_version,
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    dimension,
    member,
    cast(case when coalesce(value_note, '') <> 'suppressed_small_number' then known_numerator end as bigint)
        as numerator,
    cast(case when coalesce(value_note, '') <> 'suppressed_small_number' then denominator end as bigint)
        as denominator,
    case
        when value_note is not null then null
        when indicator_kind = 'median' then median_value
        when indicator_kind = 'ratio'
            then cast(known_numerator as double precision) / cast(denominator as double precision)
        else cast(known_numerator as double precision)
    end as value, -- noqa: RF04
    value_note
from noted
