{{ config(materialized='view_in_place') }}

-- What each index of Decision 766 is made of, by unit and period: of the figures that the index names the first known
-- one. A district some of whose wards record what others report adds up what was chosen for each. A period has the
-- rules that are in force on its last day.
with units as (
    select
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        is_provisional,
        wards_expected
    from {{ ref('reform_indicators') }}
    where indicator_code = 'on_time_decision_766' and period_grain <> 'day'
),

rules as (
    {{ scorecard_rules('decision_766', ['preference', 'item_code', 'indicator_code', 'less_item_code']) }}
),

known as (
    select
        item_code,
        cast(null as varchar) as indicator_code,
        cast(null as varchar) as less_item_code,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        case
            when value_note is not null then value_note
            when numerator is null then 'not_reported'
            when denominator = 0 then 'no_cases'
        end as value_note,
        wards_reporting
    from {{ ref('int_decision_766_items') }}
    union all
    select
        cast(null as varchar) as item_code,
        indicator_code,
        less_item_code,
        ward_key,
        district_code,
        period_grain,
        period_start,
        period_end,
        numerator,
        denominator,
        value_note,
        wards_reporting
    from {{ ref('int_decision_766_indicators') }}
),

found as (
    select
        units.*,
        rules.scorecard_version,
        rules.valid_from,
        rules.block,
        rules.index_code,
        rules.index_number,
        rules.points as ceiling,
        rules.points_basis,
        rules.full_from,
        rules.empty_gives,
        rules.preference,
        rules.item_code is not null as is_returned,
        known.numerator,
        known.denominator,
        known.wards_reporting,
        case
            when known.district_code is null then 'not_reported'
            when known.value_note is not null then known.value_note
            -- A count alone is no share.
            when known.denominator is null and rules.points > 0 then 'not_usable'
        end as value_note
    from units
    inner join rules on units.period_end between rules.applies_from and rules.valid_to
    left join known
        on
            coalesce(rules.item_code, '') = coalesce(known.item_code, '')
            and coalesce(rules.indicator_code, '') = coalesce(known.indicator_code, '')
            and coalesce(rules.less_item_code, '') = coalesce(known.less_item_code, '')
            and coalesce(units.ward_key, '') = coalesce(known.ward_key, '')
            and units.district_code = known.district_code
            and units.period_grain = known.period_grain
            and units.period_start = known.period_start
            and units.period_end = known.period_end
),

-- 0/0 is known; what nobody recorded or reported is not.
noted as (
    select
        found.*,
        coalesce(
            found.denominator = 0 and found.value_note in ('no_cases', 'no_dossiers', 'no_procedures'), false
        ) as is_empty
    from found
),

chosen as (
    select
        noted.*,
        row_number() over (
            partition by
                noted.ward_key,
                noted.district_code,
                noted.period_grain,
                noted.period_start,
                noted.period_end,
                noted.index_code
            order by case when noted.value_note is null or noted.is_empty then 0 else 1 end, noted.preference
        ) as place
    from noted
),

-- A counter of the district may report for all wards: that is not added to what they record.
mixed as (
    select
        chosen.district_code,
        chosen.period_grain,
        chosen.period_start,
        chosen.period_end,
        chosen.index_code,
        sum(chosen.numerator) as numerator,
        sum(chosen.denominator) as denominator,
        sum(chosen.wards_reporting) as wards_reporting
    from chosen
    inner join {{ ref('stg_wards') }} as units on chosen.ward_key = units.ward_key
    where
        chosen.place = 1
        and (chosen.value_note is null or chosen.is_empty)
        and chosen.denominator is not null
        and (units.unit_kind = 'ward' or not chosen.is_returned)
    group by
        chosen.district_code, chosen.period_grain, chosen.period_start, chosen.period_end, chosen.index_code
    having count(distinct chosen.preference) > 1
),

figures as (
    select
        chosen.*,
        mixed.district_code is not null as is_mixed,
        coalesce(mixed.numerator, chosen.numerator) as chosen_numerator,
        coalesce(mixed.denominator, chosen.denominator) as chosen_denominator,
        coalesce(mixed.wards_reporting, chosen.wards_reporting, 0) as chosen_wards_reporting
    from chosen
    left join mixed
        on
            chosen.ward_key is null
            and chosen.district_code = mixed.district_code
            and chosen.period_grain = mixed.period_grain
            and chosen.period_start = mixed.period_start
            and chosen.period_end = mixed.period_end
            and chosen.index_code = mixed.index_code
    where chosen.place = 1
),

judged as (
    select
        figures.*,
        case
            when not figures.is_mixed then figures.value_note
            when figures.chosen_denominator = 0 then 'no_cases'
        end as chosen_note,
        case when figures.is_mixed then figures.chosen_denominator = 0 else figures.is_empty end as is_nothing
    from figures
)

select
    ward_key,
    district_code,
    period_grain,
    period_start,
    period_end,
    is_provisional,
    scorecard_version,
    period_end >= valid_from as is_in_force,
    block,
    index_code,
    index_number,
    ceiling,
    points_basis,
    full_from,
    empty_gives,
    case when chosen_note is null or is_nothing then cast(chosen_numerator as bigint) end as numerator,
    case when chosen_note is null or is_nothing then cast(chosen_denominator as bigint) end as denominator,
    case
        when chosen_note is null then cast(chosen_numerator as double precision) / nullif(chosen_denominator, 0)
    end as rate,
    is_nothing as is_empty,
    chosen_note as value_note,
    cast(chosen_wards_reporting as integer) as wards_reporting,
    cast(wards_expected as integer) as wards_expected
from judged
