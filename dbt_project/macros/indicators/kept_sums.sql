{# Sums that one night hands to the next, of the record kinds that are too many to read every night: per ward and day, or
   month, or period, those of the months that a change touches are made again, and the others kept. Periods are added
   up from them each night. #}

{# Whether the sums of a record kind are kept. A unit test of one indicator looks from its records to its figures. #}
{% macro keeps_sums(record_kind) -%}
    {{ return(indicator_record_kinds()[record_kind].touched and not var('only_indicators', [])) }}
{%- endmacro %}

{# The kept rows of one scan with their measures. #}
{% macro kept_scan(relation, name, scan, placed_by) %}
    select
        district_code,
        ward_key,
        {{ placed_by | join(',\n        ') }},
        {%- for measure in scan.measures %}
        amounts[{{ loop.index }}] as {{ measure.column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ relation }}
    where scan = '{{ name }}'
{%- endmacro %}

{# All scans of one way: a scan's sums stand in the order of its measures. #}
{% macro kept_scans(scans, sums_of, placed_by) %}
    {%- set selects = [] %}
    {%- for name, scan in scans.items() if indicator_record_kinds()[scan.record_kind].touched %}
        {%- set select %}
select
    '{{ name }}' as scan,
    '{{ scan.record_kind }}' as record_kind,
    sums.district_code,
    sums.ward_key,
    {{ placed_by | join(',\n    ') }},
    cast(array[
        {%- for measure in scan.measures %}
        sums.{{ measure.column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ] as bigint[]) as amounts
from (
    {{ sums_of(scan) }}
) as sums
        {%- endset %}
        {%- do selects.append(select) %}
    {%- endfor %}
    {{- selects | join('\nunion all') }}
{% endmacro %}

{% macro indicator_days() %}
    {{- kept_scans(indicator_scans().by_date, indicator_day_sums, ['sums.calendar_date']) }}
{% endmacro %}

{% macro indicator_as_of_end() %}
    {{- kept_scans(
        indicator_scans().as_of_end, indicator_period_sums, ['sums.period_grain', 'sums.period_start', 'sums.period_end']
    ) }}
{% endmacro %}

{# What each state gains and loses per ward and day. #}
{% macro indicator_level_changes() %}
    {%- set selects = [] %}
    {%- for measure in indicator_scans().states if indicator_record_kinds()[measure.part.record_kind].touched %}
        {%- do selects.append(indicator_movements(measure)) %}
    {%- endfor %}
    {{- selects | join('\n    union all') }}
{% endmacro %}

{# How often each value occurs per ward and day, for what sums cannot give; items as text, for all definitions alike. #}
{% macro indicator_item_counts() %}
    {%- set selects = [] %}
    {%- for definition in indicator_distribution_definitions() %}
        {%- set part = definition.denominator or definition.numerator %}
        {%- if indicator_record_kinds()[part.record_kind].touched %}
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

{# How often each combination of members occurs per ward and month, for the breakdowns. #}
{% macro indicator_member_counts() %}
    {%- set dimensions = [] %}
    {%- for columns in indicator_dimensions().values() %}{% do dimensions.extend(columns.keys()) %}{% endfor %}
    {%- set dimensions = dimensions | unique | list %}
    {%- set selects = [] %}
    {%- for definition in indicator_catalogue() if definition.breakdowns %}
        {%- for part in indicator_parts(definition) %}
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
