with coverage as (
    select
        ward_key,
        max(district_as_of) as district_as_of,
        max(case when record_kind = 'dossiers' then covered_to end) as dossiers_covered_to,
        max(case when record_kind = 'survey_responses' then covered_to end) as survey_responses_covered_to
    from {{ ref('int_ward_coverage') }}
    group by ward_key
)

select
    wards.ward_key,
    wards.ward_code,
    wards.name_vi as ward_name_vi,
    wards.name_en as ward_name_en,
    wards.unit_kind,
    wards.district_code,
    districts.name_vi as district_name_vi,
    districts.name_en as district_name_en,
    districts.time_zone,
    wards.in_force_from,
    wards.in_force_to,
    coverage.district_as_of,
    coverage.dossiers_covered_to,
    coverage.survey_responses_covered_to
from {{ ref('stg_wards') }} as wards
inner join {{ ref('stg_districts') }} as districts on wards.district_code = districts.district_code
left join coverage on wards.ward_key = coverage.ward_key
