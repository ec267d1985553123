-- One row per indicator, ward and period from the ward's first day on, with what is known of the ward in that period. A
-- ward that is no longer in force has periods too: what nobody took over of it is still open in its district.
-- What its system has no column for is not known of a ward, however far its records are. A night has the periods that
-- it computes again.
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
),

not_recorded as (
    select distinct
        indicator_code,
        indicator_version,
        ward_key
    from {{ ref('indicators_not_recorded') }}
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
    needs.in_force_to >= periods.period_start as is_in_force,
    not_recorded.ward_key is null as is_recorded,
    not_recorded.ward_key is null and coalesce(needs.covered_to >= periods.period_start, false) as has_data,
    coalesce(needs.covered_to >= periods.effective_end, false) as is_complete
from needs
inner join {{ ref('dim_indicator') }} as indicators
    on needs.indicator_code = indicators.indicator_code and needs.indicator_version = indicators.indicator_version
left join not_recorded
    on
        needs.indicator_code = not_recorded.indicator_code
        and needs.indicator_version = not_recorded.indicator_version
        and needs.ward_key = not_recorded.ward_key
inner join {{ ref('int_periods') }} as periods
    on
        needs.district_code = periods.district_code
        and needs.in_force_from <= periods.effective_end
        and {{ is_stale_period('periods') }}
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
