-- Every record of every ward that reached the warehouse is in its fact table, once.
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
    coalesce(loaded.record_kind, published.record_kind) as record_kind,
    coalesce(loaded.record_key, published.record_key) as record_key
from loaded
full outer join published
    on loaded.record_kind = published.record_kind and loaded.record_key = published.record_key
where loaded.record_key is null or published.record_key is null
