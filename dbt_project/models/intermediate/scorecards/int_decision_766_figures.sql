-- What each index of Decision 766 is made of, by unit and period: of the figures that the index names the first known
-- one. A district some of whose wards record what others report adds up what was chosen for each. A period has the
-- rules that are in force on its last day. A night has the periods that it computes again.
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
    where
        indicator_code = 'on_time_decision_766'
        and period_grain <> 'day'
        and {{ is_noted_period('reform_indicators') }}
),

rules as (
    {{ scorecard_rules('decision_766', ['preference', 'item_code', 'indicator_code', 'less_item_code']) }}
),

known as (
    {{ known_of_decision_766() }}
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
            and {{ is_same_period('units', 'known') }}
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
            partition by {{ unit_and_period('noted') }}, noted.index_code
            order by case when noted.value_note is null or noted.is_empty then 0 else 1 end, noted.preference
        ) as place
    from noted
),

-- A counter of the district may report for all wards: that is not added to what they record.
mixed as (
    select
        {{ district_and_period('chosen') }},
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
    group by {{ district_and_period('chosen') }}, chosen.index_code
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
            and {{ is_same_period('chosen', 'mixed') }}
            and chosen.index_code = mixed.index_code
    where chosen.place = 1
),

one as (
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
    {{ unit_and_period('one') }},
    one.is_provisional,
    one.scorecard_version,
    one.period_end >= one.valid_from as is_in_force,
    one.block,
    one.index_code,
    one.index_number,
    one.ceiling,
    one.points_basis,
    one.full_from,
    one.empty_gives,
    case when one.chosen_note is null or one.is_nothing then cast(one.chosen_numerator as bigint) end as numerator,
    case when one.chosen_note is null or one.is_nothing then cast(one.chosen_denominator as bigint) end as denominator,
    case
        when one.chosen_note is null
            then cast(one.chosen_numerator as double precision) / nullif(one.chosen_denominator, 0)
    end as rate,
    one.is_nothing as is_empty,
    one.chosen_note as value_note,
    cast(one.chosen_wards_reporting as integer) as wards_reporting,
    cast(one.wards_expected as integer) as wards_expected
from one
