{{ config(materialized='view_in_place') }}

{{ newest_versions(ref('stg_dossiers'), 'dossiers', changed='int_dossiers__changed') }}
