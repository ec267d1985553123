-- Beside each figure the one of the period before and the one of the same period a year before. A series never crosses
-- versions of a definition: what another version counted is no figure to compare with. Days are left out: a Monday
-- beside a Sunday says nothing. Of the years to date each end of a month has one: beside March stands the March before.
with figures as (
    select
        indicator_code,
        indicator_version,
        coalesce(ward_key, district_code) as unit_key,
        period_grain,
        period_start,
        period_end,
        value,
        value_note,
        {{ add_months('period_start', -12) }} as start_year_before,
        case period_grain
            when 'month' then {{ add_months('period_start', -1) }}
            when 'quarter' then {{ add_months('period_start', -3) }}
            when 'half_year' then {{ add_months('period_start', -6) }}
            else {{ add_months('period_start', -12) }}
        end as start_before,
        case when period_grain = 'year_to_date' then extract(month from period_end) else 0 end as month_of_end
    from {{ mart('reform_indicators') }}
    where period_grain <> 'day'
),

compared as (
    select
        figures.*,
        earlier.period_start as before_start,
        earlier.period_end as before_end,
        earlier.value as value_before,
        year_before.period_start as year_before_start,
        year_before.period_end as year_before_end,
        year_before.value as value_year_before
    from figures
    left join figures as earlier
        on
            figures.indicator_code = earlier.indicator_code
            and figures.indicator_version = earlier.indicator_version
            and figures.unit_key = earlier.unit_key
            and figures.period_grain = earlier.period_grain
            and figures.start_before = earlier.period_start
            and figures.month_of_end = earlier.month_of_end
    left join figures as year_before
        on
            figures.indicator_code = year_before.indicator_code
            and figures.indicator_version = year_before.indicator_version
            and figures.unit_key = year_before.unit_key
            and figures.period_grain = year_before.period_grain
            and figures.start_year_before = year_before.period_start
            and figures.month_of_end = year_before.month_of_end
)

select
    units.district_code,
    compared.unit_key,
    units.ward_name_vi as unit_name_vi,
    compared.indicator_code,
    compared.indicator_version,
    indicators.name_vi,
    indicators.name_en,
    indicators.unit,
    indicators.direction,
    compared.period_grain,
    {{ period_label_vi('compared.period_grain', 'compared.period_start', 'compared.period_end') }} as period_label_vi,
    compared.period_start,
    compared.period_end,
    compared.period_end <= units.district_as_of as is_complete,
    compared.value, -- noqa: RF04
    compared.value_note,
    case
        when compared.before_start is not null
            then {{ period_label_vi('compared.period_grain', 'compared.before_start', 'compared.before_end') }}
    end as before_label_vi,
    compared.value_before,
    compared.value - compared.value_before as change, -- noqa: RF04
    case
        when compared.year_before_start is not null
            then
                {{ period_label_vi(
                    'compared.period_grain', 'compared.year_before_start', 'compared.year_before_end'
                ) }}
    end as year_before_label_vi,
    compared.value_year_before,
    compared.value - compared.value_year_before as change_on_year
from compared
inner join {{ mart('dim_indicator') }} as indicators
    on
        compared.indicator_code = indicators.indicator_code
        and compared.indicator_version = indicators.indicator_version
inner join {{ mart('dim_ward') }} as units on compared.unit_key = units.ward_key
