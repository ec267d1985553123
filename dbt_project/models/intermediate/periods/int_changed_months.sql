-- The months whose sums a night computes again, by record kind and ward: those in which a changed record counted or
-- counts, and those that became known since, or are no longer, in part at least; all of them when a district's first
-- date is another.
{%- set kept = {} %}
{%- for name, fact in var('facts').items() if fact.computed %}{% do kept.update({name: fact}) %}{% endfor %}
with
{%- for name, fact in kept.items() %}
changed_{{ fact.record_kind }} as materialized (
    select records.*
    from {{ computed_rows(ref(name)) }} as records
    where records.{{ fact.key }} in (select c.{{ fact.key }} from {{ ref(fact.computed) }} as c)
),
{%- endfor %}

records as (
    {%- for fact in kept.values() %}
    {{ record_months(ref('int_' ~ fact.record_kind ~ '__replaced'), fact.record_kind) }}
    union
    {{ record_months('changed_' ~ fact.record_kind, fact.record_kind) }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
),

known as (
    select
        coverage.ward_key,
        coalesce(coverage.covered_to, coverage.in_force_from) as to_now,
        coalesce(last_build.covered_to, coverage.in_force_from) as to_before
    from {{ ref('int_ward_coverage') }} as coverage
    inner join {{ ref('int_ward_coverage__before') }} as last_build
        on coverage.ward_key = last_build.ward_key and coverage.record_kind = last_build.record_kind
),

newly_known as (
    select
        wards.ward_key,
        dates.month_start
    from {{ ref('int_districts') }} as districts
    left join {{ ref('int_districts__before') }} as last_build on districts.district_code = last_build.district_code
    inner join {{ ref('stg_wards') }} as wards on districts.district_code = wards.district_code
    inner join {{ ref('dim_date') }} as dates
        on
            dates.calendar_date = dates.month_start
            and (
                last_build.district_code is null
                or last_build.first_period_date <> districts.first_period_date
                or (
                    last_build.as_of <> districts.as_of
                    and dates.month_start between {{ month_start('least(last_build.as_of, districts.as_of)') }}
                    and greatest(last_build.as_of, districts.as_of)
                )
            )
    union
    select
        known.ward_key,
        dates.month_start
    from known
    inner join {{ ref('dim_date') }} as dates
        on
            dates.calendar_date = dates.month_start
            and dates.month_start between {{ month_start('least(known.to_before, known.to_now)') }}
            and greatest(known.to_before, known.to_now)
    where known.to_before <> known.to_now
)

select
    record_kind,
    ward_key,
    month_start
from records
{%- for fact in kept.values() %}
union
select
    '{{ fact.record_kind }}' as record_kind,
    ward_key,
    month_start
from newly_known
{%- endfor %}
