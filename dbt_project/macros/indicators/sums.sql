{# The sums behind every count, stock and ratio, a model for each record kind. Three ways, by what a part asks:
     by_date     one pass over the records into sums per ward and day, which its periods then add up
     as_of_end   a predicate over {period_end}, or a record that stands for a period of its own: the record meets each of
                 its periods
     by_state    what is open on a day: one pass into changes per ward and day, and their running sum
   Each measure is a column of its own name, until a row for each is made of them. Kept sums are made again for the periods
   that end after a ward's first changed month began: in no other one can a sum or a level be another. #}
{% macro indicator_sums(record_kind) %}
    {%- set by_date = indicator_measures(record_kind, 'by_date') -%}
    {%- set as_of_end = indicator_measures(record_kind, 'as_of_end') -%}
    {%- set by_state = indicator_measures(record_kind, 'by_state') -%}
    {%- set amounts = [] -%}
    {%- set kept = indicator_record_kinds()[record_kind].touched and only_changes() -%}
    {{- indicator_reads([record_kind]) -}}
with
    {%- if kept %}
first_changes as (
    {{- first_changed_months(record_kind) }}
),
    {%- endif %}
    {%- if by_date %}
    {%- do amounts.append(indicator_amounts('period_sums', by_date)) %}
days as (
    {{- indicator_kept_or_made('int_indicator_days__' ~ record_kind, record_kind, by_date, indicator_day_sums) }}
),

period_sums as (
    select
        days.district_code,
        days.ward_key,
        p.period_grain,
        p.period_start,
        p.period_end,
        {%- for measure in by_date %}
        sum(days.{{ measure.measure }}) as {{ measure.measure }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days
    inner join {{ ref('int_period_days') }} as p
        on days.district_code = p.district_code and days.calendar_date = p.calendar_date
        {%- if kept %}
    inner join first_changes
        on
            days.ward_key = first_changes.ward_key
            and p.period_end >= first_changes.month_start
            and days.calendar_date > first_changes.eve
        {%- endif %}
    group by days.district_code, days.ward_key, p.period_grain, p.period_start, p.period_end
),
    {%- endif %}
    {%- if as_of_end %}
    {%- do amounts.append(indicator_amounts('sums_as_of_end', as_of_end)) %}

as_of_end as (
    {{- indicator_kept_or_made(
        'int_indicator_as_of_end__' ~ record_kind, record_kind, as_of_end, indicator_period_sums
    ) }}
),

sums_as_of_end as (
    select as_of_end.*
    from as_of_end
    {%- if kept %}
    inner join first_changes
        on as_of_end.ward_key = first_changes.ward_key and as_of_end.period_end >= first_changes.month_start
    {%- endif %}
),
    {%- endif %}
    {%- if by_state %}
    {%- do amounts.append(indicator_level_amounts()) %}
    {{- indicator_levels(record_kind, by_state, kept) }}
    {%- endif %}

amounts as (
    {{- amounts | join('\n    union all') }}
),

measures as (
    select *
    from (
        values
        {%- for measure in by_date + as_of_end + by_state %}
        ('{{ measure.measure }}', '{{ measure.code }}', {{ measure.version }}, '{{ measure.role }}', {{
            'true' if measure.on_scorecard else 'false' }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as listed (measure, indicator_code, indicator_version, part_role, is_on_scorecard)
)

select
    measures.indicator_code,
    measures.indicator_version,
    amounts.district_code,
    amounts.ward_key,
    amounts.period_grain,
    amounts.period_start,
    amounts.period_end,
    cast(sum(case when measures.part_role = 'numerator' then amounts.amount end) as bigint) as numerator,
    cast(sum(case when measures.part_role = 'denominator' then amounts.amount end) as bigint) as denominator
from amounts
inner join measures on amounts.measure = measures.measure
where amounts.period_grain <> 'day' or measures.is_on_scorecard
group by
    measures.indicator_code, measures.indicator_version,
    amounts.district_code, amounts.ward_key, amounts.period_grain, amounts.period_start, amounts.period_end
{% endmacro %}

{# The columns of sums as rows: one per measure; what is null has none. #}
{% macro indicator_amounts(relation, measures) %}
    select
        district_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
        measure,
        amount
    from {{ relation }}
    unpivot (
        amount for measure in (
            {%- for measure in measures %}
            {{ measure.measure }}{{ ',' if not loop.last }}
            {%- endfor %}
        )
    )
{%- endmacro %}

{% macro indicator_level_amounts() %}
    select
        district_code,
        ward_key,
        period_grain,
        period_start,
        period_end,
        measure,
        level as amount
    from levels
{%- endmacro %}

{# Whether the sums of a record kind are kept. A unit test of one indicator looks from its records to its figures. #}
{% macro keeps_sums(record_kind) -%}
    {{ return(indicator_record_kinds()[record_kind].touched and not var('only_indicators', [])) }}
{%- endmacro %}

{# Sums that one night hands to the next are kept in a model, of the record kinds that are too many to read every night:
   those of the months that a change touches are made again, and the others stay. #}
{% macro indicator_kept_or_made(kept, record_kind, measures, sums_of) %}
    {%- if indicator_record_kinds()[record_kind].touched and (keeps_sums(record_kind) or not execute) %}
    select * from {{ ref(kept) }}
    {%- else %}
    {{- sums_of(record_kind, measures) }}
    {%- endif %}
{%- endmacro %}

{# Sums per ward and day, from the records: a row for each date by which records are counted. #}
{% macro indicator_day_sums(record_kind, measures) %}
    {%- set dates = measures | map(attribute='date') | unique | list %}
    {%- for date in dates %}
    select
        '{{ record_kind }}' as record_kind,
        '{{ date }}' as counted_by,
        r.district_code,
        r.ward_key,
        r.{{ date }} as calendar_date,
        {{- indicator_sum_columns(measures, date, none) }}
    from {{ touched_records(record_kind) }} as r
    where
        r.{{ date }} is not null
        {%- if indicator_record_kinds()[record_kind].touched %}
        and {{ is_touched("'" ~ record_kind ~ "'", 'r.ward_key', 'r.' ~ date) }}
        {%- endif %}
    group by r.district_code, r.ward_key, r.{{ date }}
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# Sums per ward and period, from the records that meet the period. A night looks at all records of the periods of which
   a change touches a part. #}
{% macro indicator_period_sums(record_kind, measures) %}
    {%- set kind = indicator_record_kinds()[record_kind] %}
    {%- set touched = touched_periods() %}
    {%- set dates = measures | map(attribute='date') | unique | list %}
    {%- for date in dates %}
    select
        '{{ record_kind }}' as record_kind,
        '{{ date }}' as counted_by,
        r.district_code,
        r.ward_key,
        p.period_grain,
        p.period_start,
        p.period_end,
        {{- indicator_sum_columns(measures, date, 'p.effective_end') }}
    from {{ ref(kind.mart) }} as r
    inner join {{ ref('int_period_days') }} as p
        on
            r.district_code = p.district_code
            and r.{{ date }} = p.calendar_date
            {%- if kind.within %}
            and {{ kind.within }}
            {%- endif %}
        {%- if kind.touched and only_changes() %}
    inner join (
        {{ touched }}
    ) as touched
        on
            touched.record_kind = '{{ record_kind }}'
            and r.ward_key = touched.ward_key
            and r.district_code = touched.district_code
            and p.period_grain = touched.period_grain
            and p.period_start = touched.period_start
            and p.period_end = touched.period_end
        {%- endif %}
    group by r.district_code, r.ward_key, p.period_grain, p.period_start, p.period_end
        {%- if not loop.last %}
    union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}

{# A column for each measure; one that is counted by another date is null in the rows of this one. #}
{% macro indicator_sum_columns(measures, date, period_end) -%}
    {%- for measure in measures %}
        {% if measure.date == date -%}
        {{ indicator_sum(measure, period_end) }} as {{ measure.measure }}
        {%- else -%}
        cast(null as bigint) as {{ measure.measure }}
        {%- endif %}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
{%- endmacro %}

{# How much the records add to a part: one each, or the quantity that it sums. #}
{% macro indicator_sum(part, period_end) -%}
    {%- set nothing = 'null' if indicator_record_kinds()[part.record_kind].absent_is_unknown else 0 -%}
    cast(
            sum(case when {{ indicator_predicate(part, period_end) }} then {{ part.sum_of or 1 }} else {{ nothing }} end) as bigint
        )
{%- endmacro %}
