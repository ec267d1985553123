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
union all
-- The district's own row, under its code: a figure of a district has a name, an area and an age like a ward's.
select
    districts.district_code as ward_key,
    null as ward_code,
    districts.name_vi as ward_name_vi,
    districts.name_en as ward_name_en,
    'district' as unit_kind,
    districts.district_code,
    districts.name_vi as district_name_vi,
    districts.name_en as district_name_en,
    districts.time_zone,
    min(wards.in_force_from) as in_force_from,
    -- One ward without an end: the district has none.
    case when count(wards.in_force_to) = count(*) then max(wards.in_force_to) end as in_force_to,
    max(coverage.district_as_of) as district_as_of,
    min(coverage.dossiers_covered_to) as dossiers_covered_to,
    min(coverage.survey_responses_covered_to) as survey_responses_covered_to
from {{ ref('stg_districts') }} as districts
inner join {{ ref('stg_wards') }} as wards on districts.district_code = wards.district_code
left join coverage on wards.ward_key = coverage.ward_key
group by districts.district_code, districts.name_vi, districts.name_en, districts.time_zone
