{# What sums cannot give: medians, distinct counts and concentrations, by ward and, with a null ward, by district. A
   district's are taken from its records, not from its wards' figures: a median of medians means nothing, and an
   officer of two wards is one officer. From the records: how often each value occurs per ward and day. #}
{% macro indicator_distributions() %}
    {%- set definitions = indicator_distribution_definitions() -%}
    {{- indicator_reads(indicator_record_kinds()) -}}
with
    {%- for definition in definitions %}
        {%- for unit in ['ward', 'district'] %}
{{ indicator_value_counts(definition, unit) }},
        {%- endfor %}
    {%- endfor %}

distributions as (
    {%- for definition in definitions %}
        {%- set outer = loop %}
        {%- for unit in ['ward', 'district'] %}
    {{ indicator_distribution(definition, unit) }}
            {%- if not (outer.last and loop.last) %}
    union all
            {%- endif %}
        {%- endfor %}
    {%- endfor %}
)

select * from distributions
{% endmacro %}

{% macro indicator_distribution_definitions() %}
    {{ return(indicator_catalogue() | selectattr('kind', 'in', ['median', 'distinct', 'concentration']) | list) }}
{% endmacro %}

{% macro indicator_value_counts(definition, unit) %}
    {%- set part = definition.parts[0] %}
    {%- set name = definition.code ~ '_v' ~ definition.version %}
{{ name }}_{{ unit }} as (
    {%- if unit == 'district' %}
    select
        district_code,
        cast(null as varchar) as ward_key,
        period_grain,
        period_start,
        period_end,
        item,
        sum(items) as items
    from {{ name }}_ward
    group by district_code, period_grain, period_start, period_end, item
    {%- else %}
    select
        s.district_code,
        s.ward_key,
        s.period_grain,
        s.period_start,
        s.period_end,
        v.item,
        sum(v.items) as items
    from (
        {%- if keeps_sums(part.record_kind) %}
        select
            ward_key,
            district_code,
            calendar_date,
            {{ 'cast(item as double precision)' if definition.kind == 'median' else 'item' }} as item,
            items
        from {{ ref('int_indicator_item_counts') }}
        where
            indicator_code = {{ sql_text(definition.code) }}
            and indicator_version = {{ definition.version }}
        {%- else %}
        {{ indicator_items_by_day(definition) }}
        {%- endif %}
    ) as v
    inner join {{ ref('int_period_days') }} as p
        on v.district_code = p.district_code and v.calendar_date = p.calendar_date
    inner join {{ ref('int_indicator_spine') }} as s
        on
            v.ward_key = s.ward_key
            and p.period_grain = s.period_grain
            and p.period_start = s.period_start
            and p.period_end = s.period_end
    where
        s.indicator_code = {{ sql_text(definition.code) }}
        and s.indicator_version = {{ definition.version }}
        and s.has_data
        and {{ is_stale_period('p') }}
    group by s.district_code, s.ward_key, s.period_grain, s.period_start, s.period_end, v.item
    {%- endif %}
)
{%- endmacro %}

{# How often each value of a definition occurs per ward and day, from its records. #}
{% macro indicator_items_by_day(definition) %}
    {%- set part = definition.parts[0] %}
    select
        {{ sql_text(definition.code) }} as indicator_code,
        {{ definition.version }} as indicator_version,
        '{{ part.record_kind }}' as record_kind,
        ward_key,
        district_code,
        {{ part.date }} as calendar_date,
        {{ definition.value_of }} as item,
        count(*) as items
    from {{ touched_records(part.record_kind) }}
    where
        {{ indicator_predicate(part, none) }}
        and {{ definition.value_of }} is not null
        {%- if indicator_record_kinds()[part.record_kind].touched %}
        and {{ part.date }} is not null
        and {{ is_touched("'" ~ part.record_kind ~ "'", 'ward_key', part.date) }}
        {%- endif %}
    group by ward_key, district_code, {{ part.date }}, {{ definition.value_of }}
{%- endmacro %}

{% macro indicator_distribution(definition, unit) %}
    {%- set counts = definition.code ~ '_v' ~ definition.version ~ '_' ~ unit -%}
    select
        {{ sql_text(definition.code) }} as indicator_code,
        {{ definition.version }} as indicator_version,
        district_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
    {%- if definition.kind == 'median' %}
        cast(null as bigint) as numerator,
        cast(sum(items) as bigint) as denominator,
        -- Of an even number of records the middle two, which may be of one value.
        avg(
            case when items_up_to >= items_in_all / 2.0 and items_up_to - items <= items_in_all / 2.0 then item end
        ) as median_value
    from (
        select
            counts.*,
            sum(items) over (
                partition by district_code, ward_key, period_grain, period_start, period_end
                order by item
                rows between unbounded preceding and current row
            ) as items_up_to,
            sum(items) over (
                partition by district_code, ward_key, period_grain, period_start, period_end
            ) as items_in_all
        from {{ counts }} as counts
    ) as ranked
    {%- else %}
        {%- if definition.kind == 'distinct' %}
        count(*) as numerator,
        cast(null as bigint) as denominator,
        {%- else %}
        cast(max(items) as bigint) as numerator,
        cast(sum(items) as bigint) as denominator,
        {%- endif %}
        cast(null as double precision) as median_value
    from {{ counts }}
    {%- endif %}
    group by district_code, ward_key, period_grain, period_start, period_end
{%- endmacro %}

{# How often each value occurs per ward and day, for what sums cannot give; items as text, for all definitions alike. #}
{% macro indicator_item_counts() %}
    {%- set selects = [] %}
    {%- for definition in indicator_distribution_definitions() %}
        {%- if indicator_record_kinds()[definition.parts[0].record_kind].touched %}
            {%- do selects.append(indicator_items_by_day(definition)) %}
        {%- endif %}
    {%- endfor %}
    {%- for counts in selects %}
select
    counts.indicator_code,
    counts.indicator_version,
    counts.record_kind,
    counts.district_code,
    counts.ward_key,
    counts.calendar_date,
    cast(counts.item as varchar) as item,
    counts.items
from (
    {{ counts }}
) as counts
        {%- if not loop.last %}
union all
        {%- endif %}
    {%- endfor %}
{% endmacro %}
