{{ config(materialized='view') }}

{{ newest_versions(ref('stg_dossiers'), 'dossiers') }}
