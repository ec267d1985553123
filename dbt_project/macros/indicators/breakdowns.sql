{# Indicators by dimension: those whose definition names breakdowns. Records are first added up per ward, month and
   combination of members, then per period and member; a median keeps how often each value occurs. Months and longer,
   because a day of one procedure in one ward is mostly one dossier. A night adds up the periods that a change touches. #}

{# The dimensions of all record kinds, once each. #}
{% macro indicator_dimensions() %}
    {%- set dimensions = [] %}
    {%- for kind in indicator_record_kinds().values() %}{% do dimensions.extend(kind.dimensions or []) %}{% endfor -%}
    {{ return(dimensions | unique | list) }}
{% endmacro %}

{# How often each combination of members occurs per ward and month, for the breakdowns. #}
{% macro indicator_member_counts() %}
    {%- set dimensions = indicator_dimensions() %}
    {%- set selects = [] %}
    {%- for definition in indicator_catalogue() if definition.breakdowns %}
        {%- for part in definition.parts %}
            {%- do selects.append({'definition': definition, 'part': part}) %}
        {%- endfor %}
    {%- endfor %}
    {%- for select in selects %}
select
    {{ sql_text(select.definition.code) }} as indicator_code,
    {{ select.definition.version }} as indicator_version,
    '{{ select.part.role }}' as part_role,
    '{{ select.part.record_kind }}' as record_kind,
    counts.district_code,
    counts.ward_key,
    counts.month_start,
        {%- for dimension in dimensions %}
    {{ 'counts.by_' ~ dimension if dimension in select.definition.breakdowns else 'cast(null as varchar)' }}
    as by_{{ dimension }},
        {%- endfor %}
    cast(counts.item as double precision) as item,
    cast(counts.items as bigint) as items
from (
    {{ indicator_members_by_month(select.definition, select.part) }}
) as counts
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor %}
{% endmacro %}

{# How often each combination of members occurs per ward and month, from the records: their known days only. #}
{% macro indicator_members_by_month(definition, part) %}
    {%- set columns = indicator_record_kinds()[part.record_kind].dimensions %}
    select
        r.district_code,
        r.ward_key,
        p.period_start as month_start,
        {%- for dimension in definition.breakdowns %}
        coalesce(r.{{ columns[dimension] }}, 'unknown') as by_{{ dimension }},
        {%- endfor %}
        {{ 'r.' ~ definition.value_of if definition.kind == 'median' else 'null' }} as item,
        {{ indicator_sum(part, none) }} as items
    from {{ touched_records(part.record_kind) }} as r
    inner join {{ ref('int_period_days') }} as p
        on
            r.district_code = p.district_code
            and r.{{ part.date }} = p.calendar_date
            and p.period_grain = 'month'
    where
        {{ indicator_predicate(part, none) }}
        and {{ is_touched("'" ~ part.record_kind ~ "'", 'r.ward_key', 'r.' ~ part.date) }}
    group by
        r.district_code,
        r.ward_key,
        p.period_start
        {%- for dimension in definition.breakdowns %},
        coalesce(r.{{ columns[dimension] }}, 'unknown')
        {%- endfor %}
        {%- if definition.kind == 'median' %},
        r.{{ definition.value_of }}
        {%- endif %}
{%- endmacro %}

{# What the sums of the wards' members add up to by ward and, with a null ward, by district, for the periods that they
   are there for. A member without a record has no row. #}
{% macro indicator_breakdown_values() %}
{%- set table_key = indicator_breakdown_key() -%}
{%- set keys = table_key + ['ward_key', 'member'] -%}
with ward_units as (
    select
        counts.ward_key,
        {%- for column in table_key %}
        counts.{{ column }},
        {%- endfor %}
        counts.member,
        counts.item,
        sum(counts.numerator) as numerator,
        sum(counts.denominator) as denominator
    from {{ ref('int_indicator_breakdowns') }} as counts
    inner join {{ ref('int_indicator_spine') }} as spine
        on
            counts.indicator_code = spine.indicator_code
            and counts.indicator_version = spine.indicator_version
            and counts.ward_key = spine.ward_key
            and counts.period_grain = spine.period_grain
            and counts.period_start = spine.period_start
            and counts.period_end = spine.period_end
    where spine.has_data and spine.period_grain <> 'day'
    group by counts.ward_key, counts.{{ table_key | join(', counts.') }}, counts.member, counts.item
),

units as (
    select * from ward_units
    union all
    select
        cast(null as varchar) as ward_key,
        {{ table_key | join(',\n        ') }},
        member,
        item,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from ward_units
    group by {{ table_key | join(', ') }}, member, item
),

-- The values of a median alone are put in order: that costs more than all sums together.
ranked as (
    select
        {{ keys | join(',\n        ') }},
        item,
        denominator,
        sum(denominator) over (
            cells
            order by item
            rows between unbounded preceding and current row
        ) as items_up_to,
        sum(denominator) over cells as items_in_all
    from units
    where item is not null
    window cells as (partition by {{ keys | join(', ') }})
),

medians as (
    select
        {{ keys | join(',\n        ') }},
        null as numerator,
        sum(denominator) as denominator,
        avg(
            case
                when items_up_to >= items_in_all / 2.0 and items_up_to - denominator <= items_in_all / 2.0 then item
            end
        ) as median_value
    from ranked
    group by {{ keys | join(', ') }}
)

select
    {{ keys | join(',\n    ') }},
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    median_value
from medians
union all
select
    {{ keys | join(',\n    ') }},
    cast(numerator as bigint) as numerator,
    cast(denominator as bigint) as denominator,
    cast(null as double precision) as median_value
from units
where item is null
{%- endmacro %}

{# What names one table of wards by members. #}
{% macro indicator_breakdown_key() %}
    {{ return([
        'indicator_code', 'indicator_version', 'district_code', 'period_grain', 'period_start', 'period_end', 'dimension',
    ]) }}
{% endmacro %}
