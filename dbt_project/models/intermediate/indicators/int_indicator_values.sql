{{ config(materialized='kept_in_place', pre_hook="{{ forget_periods('int_stale_periods') }}") }}

{%- set wards = ['wards_recording', 'wards_with_data', 'wards_reporting', 'wards_expected'] %}
{%- set parts = ['numerator', 'denominator'] + wards %}
-- Parts by ward, summed to the district: a district divides its sums once and never averages its wards.
with joined as (
    select
        spine.indicator_code,
        spine.indicator_version,
        indicators.indicator_kind,
        {%- for column in [
            'ward_key', 'district_code', 'period_grain', 'period_start', 'period_end', 'is_provisional', 'is_complete',
            'is_in_force', 'is_recorded'
        ] %}
        spine.{{ column }},
        {%- endfor %}
        parts.numerator as part_numerator,
        parts.denominator as part_denominator,
        distributions.numerator as distribution_numerator,
        distributions.denominator as distribution_denominator,
        distributions.median_value,
        -- A figure of a ward return that nobody sent is missing; no dossiers are zero dossiers.
        spine.has_data
        and (
            coalesce(indicators.numerator_record_kind, '') not in ({{ indicator_kinds_unknown_when_absent() }})
            or coalesce(parts.denominator, parts.numerator) is not null
        )
        and (
            coalesce(indicators.denominator_record_kind, '') not in ({{ indicator_kinds_unknown_when_absent() }})
            or parts.denominator is not null
        ) as has_data
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
            and spine.period_end = parts.period_end
    left join {{ ref('int_indicator_distributions') }} as distributions
        on
            spine.indicator_code = distributions.indicator_code
            and spine.indicator_version = distributions.indicator_version
            and spine.ward_key = distributions.ward_key
            and spine.period_grain = distributions.period_grain
            and spine.period_start = distributions.period_start
            and spine.period_end = distributions.period_end
    -- Of a ward that is no longer in force only what it left: a dossier that nobody took over, a late end of one.
    where
        spine.is_in_force
        or (
            spine.has_data
            and (
                coalesce(parts.numerator, 0) <> 0
                or coalesce(parts.denominator, 0) <> 0
                or coalesce(distributions.numerator, 0) <> 0
                or coalesce(distributions.denominator, 0) <> 0
            )
        )
),

ward_values as (
    select
        {%- for column in [
            'indicator_code', 'indicator_version', 'indicator_kind', 'ward_key', 'district_code', 'period_grain',
            'period_start', 'period_end', 'is_provisional'
        ] %}
        {{ column }},
        {%- endfor %}
        case
            when not has_data then null
            when indicator_kind in ('distinct', 'concentration') then coalesce(distribution_numerator, 0)
            when indicator_kind <> 'median' then coalesce(part_numerator, 0)
        end as numerator,
        case
            when not has_data then null
            when indicator_kind = 'ratio' then coalesce(part_denominator, 0)
            when indicator_kind in ('median', 'concentration') then coalesce(distribution_denominator, 0)
        end as denominator,
        median_value,
        case when is_recorded then 1 else 0 end as wards_recording,
        case when has_data then 1 else 0 end as wards_with_data,
        case when is_complete and has_data and is_in_force then 1 else 0 end as wards_reporting,
        case when is_in_force then 1 else 0 end as wards_expected
    from joined
),

district_sums as (
    select
        {%- for column in [
            'indicator_code', 'indicator_version', 'indicator_kind', 'district_code', 'period_grain', 'period_start',
            'period_end'
        ] %}
        {{ column }},
        {%- endfor %}
        {%- for part in parts %}
        cast(sum({{ part }}) as bigint) as {{ part }},
        {%- endfor %}
        is_provisional
    from ward_values
    group by
        indicator_code, indicator_version, indicator_kind,
        district_code, period_grain, period_start, period_end, is_provisional
)

select
    {%- for column in [
        'indicator_code', 'indicator_version', 'ward_key', 'district_code', 'period_grain', 'period_start', 'period_end',
        'is_provisional', 'numerator', 'denominator', 'median_value', 'wards_recording', 'wards_with_data',
        'wards_reporting'
    ] %}
    ward_values.{{ column }},
    {%- endfor %}
    ward_values.wards_expected
from ward_values
union all
select
    sums.indicator_code,
    sums.indicator_version,
    cast(null as varchar) as ward_key,
    {%- for column in ['district_code', 'period_grain', 'period_start', 'period_end', 'is_provisional'] %}
    sums.{{ column }},
    {%- endfor %}
    -- Wards that have data without a record are zero; no ward with data is no value.
    case
        when sums.indicator_kind in ('distinct', 'concentration') and sums.wards_with_data > 0
            then coalesce(distributions.numerator, 0)
        else sums.numerator
    end as numerator,
    sums.denominator,
    distributions.median_value,
    {%- for part in wards %}
    sums.{{ part }}{% if not loop.last %},{% endif %}
    {%- endfor %}
from district_sums as sums
left join {{ ref('int_indicator_distributions') }} as distributions
    on
        sums.indicator_code = distributions.indicator_code
        and sums.indicator_version = distributions.indicator_version
        and sums.district_code = distributions.district_code
        and distributions.ward_key is null
        and sums.period_grain = distributions.period_grain
        and sums.period_start = distributions.period_start
        and sums.period_end = distributions.period_end
