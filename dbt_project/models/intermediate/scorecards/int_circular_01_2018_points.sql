{{ config(materialized='view_in_place') }}

{%- set rule_columns = [
    'scorecard_version', 'valid_from', 'criterion', 'name_vi', 'name_en', 'ceiling', 'full_from', 'basis'
] %}

-- A district adds up the parts of its wards and divides once; a ward that did not report is missing from it, and is
-- counted as missing. A quarter has the rules that are in force on its last day.
with rules as (
    {{ scorecard_rules('circular_01_2018', ['item_code', 'indicator_code', 'weight']) }}
),

criteria as (
    select distinct
        scorecard_version,
        applies_from,
        valid_from,
        valid_to,
        index_order,
        index_code as criterion,
        name_vi,
        name_en,
        points as ceiling,
        full_from,
        item_code,
        case when item_code is null then 'records' else 'ward_return' end as basis
    from rules
),

units as (
    select
        ward_key,
        district_code,
        period_start,
        period_end,
        is_provisional
    from {{ ref('reform_indicators') }}
    where indicator_code = 'resolved_early' and period_grain = 'quarter'
),

{{ circular_01_2018_reports() }},

wards as (
    select
        units.ward_key,
        units.district_code,
        units.period_start,
        units.period_end,
        units.is_provisional,
        {%- for column in rule_columns %}
        criteria.{{ column }},
        {%- endfor %}
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
    from units
    inner join criteria on units.period_end between criteria.applies_from and criteria.valid_to
    left join counted
        on
            units.ward_key = counted.ward_key
            and units.period_start = counted.period_start
            and criteria.scorecard_version = counted.scorecard_version
            and criteria.criterion = counted.criterion
    left join returned
        on
            units.ward_key = returned.ward_key
            and units.period_start = returned.period_start
            and criteria.scorecard_version = returned.scorecard_version
            and criteria.criterion = returned.criterion
    where units.ward_key is not null
),

-- A district is closed after its wards, by a decision of its own.
parts as (
    select * from wards
    union all
    select
        cast(null as varchar) as ward_key,
        wards.district_code,
        wards.period_start,
        wards.period_end,
        coalesce(districts.is_provisional, true) as is_provisional,
        {%- for column in rule_columns %}
        wards.{{ column }},
        {%- endfor %}
        sum(wards.numerator) as numerator,
        sum(wards.denominator) as denominator,
        false as is_unusable,
        sum(wards.wards_reporting) as wards_reporting,
        sum(wards.wards_expected) as wards_expected
    from wards
    left join units as districts
        on
            wards.district_code = districts.district_code
            and wards.period_start = districts.period_start
            and districts.ward_key is null
    group by
        wards.district_code,
        wards.period_start,
        wards.period_end,
        districts.is_provisional,
        {%- for column in rule_columns %}
        wards.{{ column }}{% if not loop.last %},{% endif %}
        {%- endfor %}
)

select
    ward_key,
    district_code,
    period_start,
    period_end,
    is_provisional,
    scorecard_version,
    period_end >= valid_from as is_in_force,
    criterion,
    name_vi,
    name_en,
    ceiling,
    basis,
    numerator,
    denominator,
    wards_reporting,
    wards_expected,
    ceiling * cast(numerator as double precision) / nullif(denominator, 0) / full_from as points,
    case
        when is_unusable then 'not_usable'
        when denominator is null then 'not_reported'
        when denominator = 0 and basis = 'records' then 'no_dossiers'
        when denominator = 0 then 'no_assessments'
    end as value_note
from parts
