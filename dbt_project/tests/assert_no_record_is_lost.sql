-- Every record of every ward that reached the warehouse is in its fact table, once, unless it is deleted at its source.
with loaded as (
    select distinct
        'dossiers' as record_kind,
        dossier_key as record_key
    from {{ ref('stg_dossiers') }}
    union all
    select distinct
        'survey_responses' as record_kind,
        response_key as record_key
    from {{ ref('stg_survey_responses') }}
    union all
    select distinct
        'ward_returns' as record_kind,
        return_key as record_key
    from {{ ref('stg_ward_returns') }}
),

deleted as (
    select
        record_kind,
        ward_key || ':' || source_record_id as record_key
    from {{ ref('deleted_records') }}
    where state = 'deleted'
),

expected as (
    select
        loaded.record_kind,
        loaded.record_key
    from loaded
    left join deleted on loaded.record_kind = deleted.record_kind and loaded.record_key = deleted.record_key
    where deleted.record_key is null
),

published as (
    select
        'dossiers' as record_kind,
        dossier_key as record_key
    from {{ ref('fct_dossiers') }}
    union all
    select
        'survey_responses' as record_kind,
        response_key as record_key
    from {{ ref('fct_survey_responses') }}
    union all
    select
        'ward_returns' as record_kind,
        return_key as record_key
    from {{ ref('fct_ward_returns') }}
)

select
    coalesce(expected.record_kind, published.record_kind) as record_kind,
    coalesce(expected.record_key, published.record_key) as record_key
from expected
full outer join published
    on expected.record_kind = published.record_kind and expected.record_key = published.record_key
where expected.record_key is null or published.record_key is null
