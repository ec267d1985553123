{{ config(materialized='view_in_place') }}

-- A district adds up the parts of its wards and divides once; a ward that did not report is missing from it, and is
-- counted as missing.
with criteria as (
    {{- circular_01_2018_criterion_rows() }}
),

counted as (
    select
        ward_key,
        district_code,
        period_start,
        period_end,
        is_provisional,
        sum(
            numerator * case indicator_code when 'resolved_early' then 2 when 'resolved_on_time' then 1 else 0 end
        ) as numerator,
        sum(numerator) as denominator
    from {{ ref('reform_indicators') }}
    where
        indicator_code in ('resolved_early', 'resolved_on_time', 'resolved_late')
        and period_grain = 'quarter'
        and ward_key is not null
    group by ward_key, district_code, period_start, period_end, is_provisional
),

-- More than two points an assessment is a slip, and no score.
returned as (
    select
        ward_key,
        item_code,
        period_start,
        sum(quantity) as numerator,
        sum(base) as denominator,
        count(quantity) = count(*) and count(base) = count(*) and sum(quantity) between 0 and 2 * sum(base) as is_usable
    from {{ ref('fct_ward_returns') }}
    where period_grain = 'quarter'
    group by ward_key, item_code, period_start
),

wards as (
    select
        counted.ward_key,
        counted.district_code,
        counted.period_start,
        counted.period_end,
        counted.is_provisional,
        criteria.criterion,
        criteria.name_vi,
        criteria.name_en,
        criteria.basis,
        case
            when criteria.basis = 'records' then counted.numerator
            when returned.is_usable then returned.numerator
        end as numerator,
        case
            when criteria.basis = 'records' then counted.denominator
            when returned.is_usable then returned.denominator
        end as denominator,
        coalesce(criteria.basis = 'ward_return' and not returned.is_usable, false) as is_unusable,
        case
            when criteria.basis = 'records' and counted.denominator is not null then 1
            when criteria.basis = 'ward_return' and returned.is_usable then 1
            else 0
        end as wards_reporting,
        1 as wards_expected
    from counted
    cross join criteria
    left join returned
        on
            counted.ward_key = returned.ward_key
            and counted.period_start = returned.period_start
            and returned.item_code = 'circular_01_2018_' || criteria.criterion
),

-- A district is closed after its wards, by a decision of its own.
districts as (
    select
        district_code,
        period_start,
        is_provisional
    from {{ ref('reform_indicators') }}
    where indicator_code = 'resolved_early' and period_grain = 'quarter' and ward_key is null
),

parts as (
    select * from wards
    union all
    select
        cast(null as varchar) as ward_key,
        wards.district_code,
        wards.period_start,
        wards.period_end,
        coalesce(districts.is_provisional, true) as is_provisional,
        wards.criterion,
        wards.name_vi,
        wards.name_en,
        wards.basis,
        sum(wards.numerator) as numerator,
        sum(wards.denominator) as denominator,
        false as is_unusable,
        sum(wards.wards_reporting) as wards_reporting,
        sum(wards.wards_expected) as wards_expected
    from wards
    left join districts
        on wards.district_code = districts.district_code and wards.period_start = districts.period_start
    group by
        wards.district_code,
        wards.period_start,
        wards.period_end,
        districts.is_provisional,
        wards.criterion,
        wards.name_vi,
        wards.name_en,
        wards.basis
)

select
    parts.*,
    cast(parts.numerator as double precision) / nullif(parts.denominator, 0) as points,
    case
        when parts.is_unusable then 'not_usable'
        when parts.denominator is null then 'not_reported'
        when parts.denominator = 0 and parts.basis = 'records' then 'no_dossiers'
        when parts.denominator = 0 then 'no_assessments'
    end as value_note
from parts
