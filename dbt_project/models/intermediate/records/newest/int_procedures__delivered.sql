{{ config(materialized='view_in_place') }}

{{ newest_versions(ref('stg_procedures'), 'procedures', ['procedure_key']) }}
