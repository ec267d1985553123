-- Records that count in no period, however right they are: what was received, answered or over before the ward was in
-- force, and what is dated after the newest night.
with dated as (
    select
        'dossiers' as record_kind,
        ward_key,
        received_date as record_date
    from {{ ref('fct_dossiers') }}
    union all
    select
        'survey_responses' as record_kind,
        ward_key,
        answered_date as record_date
    from {{ ref('fct_survey_responses') }}
    union all
    select
        'ward_returns' as record_kind,
        ward_key,
        period_end as record_date
    from {{ ref('fct_ward_returns') }}
    where period_end < counted_from
),

placed as (
    select
        dated.record_kind,
        dated.ward_key,
        wards.district_code,
        dated.record_date,
        case
            when dated.record_date < wards.in_force_from then 'before_in_force'
            when dated.record_date > wards.district_as_of then 'after_newest_night'
        end as reason
    from dated
    inner join {{ ref('dim_ward') }} as wards on dated.ward_key = wards.ward_key
    where dated.record_date < wards.in_force_from or dated.record_date > wards.district_as_of
)

select
    record_kind,
    ward_key,
    district_code,
    reason,
    count(*) as records, -- noqa: RF04
    min(record_date) as first_date,
    max(record_date) as last_date
from placed
group by record_kind, ward_key, district_code, reason
