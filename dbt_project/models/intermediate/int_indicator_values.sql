-- Parts by ward, summed to the district: a district divides its sums once and never averages its wards.
with ward_values as (
    select
        spine.indicator_code,
        spine.indicator_version,
        spine.ward_key,
        spine.district_code,
        spine.period_grain,
        spine.period_start,
        spine.period_end,
        spine.is_provisional,
        case
            when spine.has_data and indicators.numerator_record_kind is not null then coalesce(parts.numerator, 0)
        end as numerator,
        case
            when spine.has_data and indicators.indicator_kind = 'ratio' then coalesce(parts.denominator, 0)
            when spine.has_data and indicators.indicator_kind = 'median' then coalesce(medians.denominator, 0)
        end as denominator,
        medians.median_value,
        case when spine.has_data then 1 else 0 end as wards_with_data,
        case when spine.is_complete then 1 else 0 end as wards_reporting,
        1 as wards_expected
    from {{ ref('int_indicator_spine') }} as spine
    inner join {{ ref('dim_indicator') }} as indicators
        on spine.indicator_code = indicators.indicator_code and spine.indicator_version = indicators.indicator_version
    left join {{ ref('int_indicator_aggregate') }} as parts
        on
            spine.indicator_code = parts.indicator_code
            and spine.indicator_version = parts.indicator_version
            and spine.ward_key = parts.ward_key
            and spine.period_grain = parts.period_grain
            and spine.period_start = parts.period_start
    left join {{ ref('int_indicator_medians') }} as medians
        on
            spine.indicator_code = medians.indicator_code
            and spine.indicator_version = medians.indicator_version
            and spine.ward_key = medians.ward_key
            and spine.period_grain = medians.period_grain
            and spine.period_start = medians.period_start
),

district_sums as (
    select
        indicator_code,
        indicator_version,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        sum(wards_with_data) as wards_with_data,
        sum(wards_reporting) as wards_reporting,
        sum(wards_expected) as wards_expected
    from ward_values
    group by indicator_code, indicator_version, district_code, period_grain, period_start, period_end, is_provisional
)

select
    ward_values.indicator_code,
    ward_values.indicator_version,
    ward_values.ward_key,
    ward_values.district_code,
    ward_values.period_grain,
    ward_values.period_start,
    ward_values.period_end,
    ward_values.is_provisional,
    ward_values.numerator,
    ward_values.denominator,
    ward_values.median_value,
    ward_values.wards_with_data,
    ward_values.wards_reporting,
    ward_values.wards_expected
from ward_values
union all
select
    sums.indicator_code,
    sums.indicator_version,
    cast(null as varchar) as ward_key,
    sums.district_code,
    sums.period_grain,
    sums.period_start,
    sums.period_end,
    sums.is_provisional,
    sums.numerator,
    sums.denominator,
    medians.median_value,
    sums.wards_with_data,
    sums.wards_reporting,
    sums.wards_expected
from district_sums as sums
left join {{ ref('int_indicator_medians') }} as medians
    on
        sums.indicator_code = medians.indicator_code
        and sums.indicator_version = medians.indicator_version
        and sums.district_code = medians.district_code
        and medians.ward_key is null
        and sums.period_grain = medians.period_grain
        and sums.period_start = medians.period_start
