{{ config(materialized='view_in_place') }}

{{ indicator_evidence() }}
