{{ config(materialized='view') }}

{{ newest_versions(ref('stg_dossiers'), 'dossiers', changed='int_dossiers__changed') }}
