{{ config(materialized='view') }}

{{ newest_versions(ref('stg_procedures'), ['procedure_key']) }}
