-- The dossiers whose code stands in a ward and in one that follows it. They are few, so that the versions of all other
-- dossiers are never ranked for them; a record that changed its code has a version that names it here too.
with codes as (
    select
        successions.from_ward_key,
        successions.to_ward_key,
        former.dossier_code
    from {{ ref('int_ward_successions') }} as successions
    inner join {{ ref('stg_dossiers') }} as former on successions.from_ward_key = former.ward_key
    intersect
    select
        successions.from_ward_key,
        successions.to_ward_key,
        later.dossier_code
    from {{ ref('int_ward_successions') }} as successions
    inner join {{ ref('stg_dossiers') }} as later on successions.to_ward_key = later.ward_key
),

ward_codes as (
    select
        from_ward_key as ward_key,
        dossier_code
    from codes
    union
    select
        to_ward_key as ward_key,
        dossier_code
    from codes
),

keys as (
    select distinct dossiers.dossier_key
    from {{ ref('stg_dossiers') }} as dossiers
    inner join ward_codes
        on dossiers.ward_key = ward_codes.ward_key and dossiers.dossier_code = ward_codes.dossier_code
),

versions as (
    select dossiers.*
    from {{ ref('stg_dossiers') }} as dossiers
    inner join keys on dossiers.dossier_key = keys.dossier_key
)

select
    newest.*,
    count(*) over (partition by newest.ward_key, newest.dossier_code) as code_records
from (
    {{ newest_versions('versions', 'dossiers') }}
) as newest
