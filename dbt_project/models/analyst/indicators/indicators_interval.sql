-- Shares of records with their 95 % interval. A ward differs from its district when the district's share lies outside
-- the ward's interval; of twenty wards that are all alike, one does so by chance.
with bounded as (
    select
        figures.district_code,
        coalesce(figures.ward_key, figures.district_code) as unit_key,
        figures.indicator_code,
        figures.indicator_version,
        indicators.name_vi,
        indicators.name_en,
        indicators.direction,
        figures.period_grain,
        figures.period_start,
        figures.period_end,
        figures.numerator,
        figures.denominator,
        figures.value,
        {{ wilson_bound('figures.numerator', 'figures.denominator', '-') }} as value_low,
        {{ wilson_bound('figures.numerator', 'figures.denominator', '+') }} as value_high
    from {{ mart('reform_indicators') }} as figures
    inner join {{ mart('dim_indicator') }} as indicators
        on
            figures.indicator_code = indicators.indicator_code
            and figures.indicator_version = indicators.indicator_version
    where
        indicators.indicator_kind = 'ratio'
        and indicators.unit = 'share'
        and figures.period_grain <> 'day'
        and figures.value is not null
        -- What is more than its whole is no share of counted records, and has no such interval.
        and figures.numerator between 0 and figures.denominator
)

select
    bounded.district_code,
    bounded.unit_key,
    units.unit_kind,
    units.ward_name_vi as unit_name_vi,
    units.ward_name_en as unit_name_en,
    bounded.indicator_code,
    bounded.indicator_version,
    bounded.name_vi,
    bounded.name_en,
    bounded.direction,
    bounded.period_grain,
    {{ period_label_vi('bounded.period_grain', 'bounded.period_start', 'bounded.period_end') }} as period_label_vi,
    bounded.period_start,
    bounded.period_end,
    bounded.period_end <= units.district_as_of as is_complete,
    bounded.numerator,
    bounded.denominator,
    bounded.value, -- noqa: RF04
    bounded.value_low,
    bounded.value_high,
    district.value as district_value,
    case
        when units.unit_kind <> 'district'
            then
                -- Where all are on time, a bound that rounds to a hair below one says nothing.
                district.value <> bounded.value
                and not district.value between bounded.value_low and bounded.value_high
    end as differs_from_district
from bounded
inner join {{ mart('dim_ward') }} as units on bounded.unit_key = units.ward_key
left join bounded as district
    on
        bounded.district_code = district.unit_key
        and bounded.indicator_code = district.indicator_code
        and bounded.indicator_version = district.indicator_version
        and bounded.period_grain = district.period_grain
        and bounded.period_start = district.period_start
        and bounded.period_end = district.period_end
