{{ config(materialized='view') }}

{{ indicator_evidence() }}
