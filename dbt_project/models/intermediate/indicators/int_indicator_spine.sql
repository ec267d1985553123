-- One row per indicator, ward in force and period, with what is known of the ward in that period.
with needs as (
    select
        kinds.indicator_code,
        kinds.indicator_version,
        coverage.ward_key,
        coverage.district_code,
        max(coverage.in_force_from) as in_force_from,
        min(coalesce(coverage.in_force_to, date '9999-12-31')) as in_force_to,
        -- An indicator of two record kinds is known as far as both are.
        case when count(coverage.covered_to) = count(*) then min(coverage.covered_to) end as covered_to
    from {{ ref('int_indicator_record_kinds') }} as kinds
    inner join {{ ref('int_ward_coverage') }} as coverage on kinds.record_kind = coverage.record_kind
    group by kinds.indicator_code, kinds.indicator_version, coverage.ward_key, coverage.district_code
    having count(*) = max(kinds.record_kinds_needed)
)

select
    needs.indicator_code,
    needs.indicator_version,
    needs.ward_key,
    needs.district_code,
    periods.period_grain,
    periods.period_start,
    periods.period_end,
    periods.effective_end,
    periods.is_provisional,
    coalesce(needs.covered_to >= periods.period_start, false) as has_data,
    coalesce(needs.covered_to >= periods.effective_end, false) as is_complete
from needs
inner join {{ ref('dim_indicator') }} as indicators
    on needs.indicator_code = indicators.indicator_code and needs.indicator_version = indicators.indicator_version
inner join {{ ref('int_periods') }} as periods
    on
        needs.district_code = periods.district_code
        and needs.in_force_from <= periods.effective_end
        and needs.in_force_to >= periods.period_start
        and periods.period_start between indicators.valid_from and indicators.valid_to
        -- By day the indicators of the scorecard only: of most others a day in a ward is one record or none.
        -- What small numbers hide would be given back by the days, or be hidden for them.
        and (
            periods.period_grain <> 'day'
            or (indicators.is_on_scorecard and indicators.small_number_threshold is null)
        )
        and case
            when indicators.grains is null then true
            else ', ' || indicators.grains || ',' like '%, ' || periods.period_grain || ',%'
        end
