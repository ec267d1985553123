-- The months whose sums a night computes again, by record kind and ward: those in which a changed record counted or
-- counts, and those that became known since, or are no longer, in part at least; all of them when a district's first
-- date is another.
with changed_dossiers as materialized (
    select dossiers.*
    from {{ ref('fct_dossiers') }} as dossiers
    where dossiers.dossier_key in (select c.dossier_key from {{ ref('int_dossiers__changed') }} as c)
),

changed_responses as materialized (
    select responses.*
    from {{ ref('fct_survey_responses') }} as responses
    where responses.response_key in (select c.response_key from {{ ref('int_survey_responses__changed') }} as c)
),

records as (
    {{ record_months(ref('int_dossiers__replaced'), 'dossiers') }}
    union
    {{ record_months('changed_dossiers', 'dossiers') }}
    union
    {{ record_months(ref('int_survey_responses__replaced'), 'survey_responses') }}
    union
    {{ record_months('changed_responses', 'survey_responses') }}
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
                or dates.month_start between {{ month_start('least(last_build.as_of, districts.as_of)') }}
                and greatest(last_build.as_of, districts.as_of)
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
union
select
    'dossiers' as record_kind,
    ward_key,
    month_start
from newly_known
union
select
    'survey_responses' as record_kind,
    ward_key,
    month_start
from newly_known
