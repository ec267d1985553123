{{ config(materialized='view') }}

{{ newest_versions(ref('stg_procedures'), 'procedures', ['procedure_key']) }}
