{# The sums behind every count, stock and ratio, generated from the definitions. Three ways, by what a part asks:
     a sum by date     one pass over the records into sums per ward and day, which its periods then add up
     as of the end     a predicate over {period_end}, or a record that stands for a period of its own: the record
                       meets each of its periods
     a state           what is open on a day: one pass into changes per ward and day, and their running sum
   then one row per indicator, ward and period that has records. #}
{% macro indicator_aggregate() %}
    {%- set scans = indicator_scans() -%}
    {#- A unit test reads the records themselves, where a night reads the sums that are kept. -#}
    {%- for kind in indicator_record_kinds().values() %}{% if not execute %}{% do ref(kind.mart) %}{% endif %}{% endfor -%}
with
    {%- for name, scan in scans.by_date.items() %}
{{ name }}_days as (
        {%- if keeps_sums(scan.record_kind) %}
    {{- kept_scan(ref('int_indicator_days'), name, scan, ['calendar_date']) }}
        {%- else %}
    {{ indicator_day_sums(scan) }}
        {%- endif %}
),

{{ name }} as (
    select
        r.district_code,
        r.ward_key,
        p.period_grain,
        p.period_start,
        p.period_end,
        {%- for measure in scan.measures %}
        sum(r.{{ measure.column }}) as {{ measure.column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ name }}_days as r
    inner join {{ ref('int_period_days') }} as p
        on r.district_code = p.district_code and r.calendar_date = p.calendar_date
    group by r.district_code, r.ward_key, p.period_grain, p.period_start, p.period_end
),
    {%- endfor %}
    {%- for name, scan in scans.as_of_end.items() %}
{{ name }} as (
        {%- if keeps_sums(scan.record_kind) %}
    {{- kept_scan(
        ref('int_indicator_as_of_end'), name, scan, ['period_grain', 'period_start', 'period_end']
    ) }}
        {%- else %}
    {{ indicator_period_sums(scan) }}
        {%- endif %}
),
    {%- endfor %}
    {%- if scans.states %}
    {{- indicator_levels(scans.states) }}
    {%- endif %}

parts as (
    {%- set selects = [] %}
    {%- for scan_kind in ['by_date', 'as_of_end'] %}
        {%- for name, scan in scans[scan_kind].items() %}
            {%- for measure in scan.measures %}
                {%- do selects.append(indicator_part_rows(measure, measure.column, name)) %}
            {%- endfor %}
        {%- endfor %}
    {%- endfor %}
    {%- for measure in scans.states %}
        {%- do selects.append(indicator_part_rows(measure, 'level', 'levels', measure.column)) %}
    {%- endfor %}
    {{ selects | join('\n    union all\n') }}
)

select
    indicator_code,
    indicator_version,
    district_code,
    ward_key,
    period_grain,
    period_start,
    period_end,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from parts
group by indicator_code, indicator_version, district_code, ward_key, period_grain, period_start, period_end
{% endmacro %}

{# A scan's sums per ward and day, from its records. #}
{% macro indicator_day_sums(scan) %}
    select
        r.district_code,
        r.ward_key,
        r.{{ scan.date }} as calendar_date,
        {%- for measure in scan.measures %}
        {{ indicator_sum(measure.part, none) }} as {{ measure.column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ touched_records(scan.record_kind) }} as r
    where
        r.{{ scan.date }} is not null
        and {{ is_touched("'" ~ scan.record_kind ~ "'", 'r.ward_key', 'r.' ~ scan.date) if
            indicator_record_kinds()[scan.record_kind].touched else 'true' }}
    group by r.district_code, r.ward_key, r.{{ scan.date }}
{%- endmacro %}

{# A scan's sums per ward and period, from the records that meet the period. A night looks at all records of the periods
   of which a change touches a part. #}
{% macro indicator_period_sums(scan) %}
    {%- set kind = indicator_record_kinds()[scan.record_kind] %}
    {%- set touched = touched_periods() %}
    select
        r.district_code,
        r.ward_key,
        p.period_grain,
        p.period_start,
        p.period_end,
        {%- for measure in scan.measures %}
        {{ indicator_sum(measure.part, 'p.effective_end') }} as {{ measure.column }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref(kind.mart) }} as r
    inner join {{ ref('int_period_days') }} as p
        on
            r.district_code = p.district_code
            and r.{{ scan.date }} = p.calendar_date
            {%- if kind.within %}
            and {{ kind.within }}
            {%- endif %}
    {%- if kind.touched and only_changes() %}
    inner join (
        {{ touched }}
    ) as touched
        on
            touched.record_kind = '{{ scan.record_kind }}'
            and r.ward_key = touched.ward_key
            and r.district_code = touched.district_code
            and p.period_grain = touched.period_grain
            and p.period_start = touched.period_start
            and p.period_end = touched.period_end
    {%- endif %}
    group by r.district_code, r.ward_key, p.period_grain, p.period_start, p.period_end
{%- endmacro %}

{# One part of one indicator as rows; the levels of all states stand in one relation, told apart by their measure. #}
{% macro indicator_part_rows(measure, column, relation, level_of=none) %}
    select
        {{ sql_text(measure.code) }} as indicator_code,
        {{ measure.version }} as indicator_version,
        district_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
        {{ column if measure.part.role == 'numerator' else 'null' }} as numerator,
        {{ column if measure.part.role == 'denominator' else 'null' }} as denominator
    from {{ relation }}
    where
        {{ 'true' if measure.on_scorecard else "period_grain <> 'day'" }}
        {%- if level_of %}
        and measure = '{{ level_of }}'
        {%- endif %}
{%- endmacro %}

{# How much the records add to a part: one each, or the quantity that it sums. #}
{% macro indicator_sum(part, period_end) -%}
    {%- set nothing = 'null' if indicator_record_kinds()[part.record_kind].absent_is_unknown else 0 -%}
    sum(case when {{ indicator_predicate(part, period_end) }} then {{ part.sum_of or 1 }} else {{ nothing }} end)
{%- endmacro %}
