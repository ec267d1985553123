{{ config(group='indicators') }}

-- A distinct count and a largest group are no sums. Suppressed wards hide their parts, so indicators with a
-- small-number threshold are compared before suppression.
with sums as (
    select
        parts.indicator_code,
        parts.district_code,
        parts.period_grain,
        parts.period_start,
        parts.period_end,
        sum(case when parts.ward_key is not null then parts.numerator end) as ward_numerator,
        sum(case when parts.ward_key is not null then parts.denominator end) as ward_denominator,
        sum(case when parts.ward_key is not null then parts.wards_reporting end) as wards_reporting,
        sum(case when parts.ward_key is not null then parts.wards_expected end) as wards_expected
    from {{ ref('int_indicator_values') }} as parts
    where {{ is_audited_period('parts') }}
    group by parts.indicator_code, parts.district_code, parts.period_grain, parts.period_start, parts.period_end
)

select
    districts.*,
    sums.ward_numerator,
    sums.ward_denominator
from {{ ref('reform_indicators') }} as districts
left join sums
    on
        districts.indicator_code = sums.indicator_code
        and districts.district_code = sums.district_code
        and districts.period_grain = sums.period_grain
        and districts.period_start = sums.period_start
        and districts.period_end = sums.period_end
where
    districts.ward_key is null
    and {{ is_audited_period('districts') }}
    and coalesce(districts.value_note, '') not in ('suppressed_small_number', 'suppressed_secondary')
    and (
        (
            coalesce(districts.numerator, -1) <> coalesce(sums.ward_numerator, -1)
            and districts.indicator_code not in (
                select kinds.indicator_code
                from {{ ref('dim_indicator') }} as kinds
                where kinds.indicator_kind in ('distinct', 'concentration')
            )
        )
        or coalesce(districts.denominator, -1) <> coalesce(sums.ward_denominator, -1)
        or districts.wards_reporting <> sums.wards_reporting
        or districts.wards_expected <> sums.wards_expected
    )
