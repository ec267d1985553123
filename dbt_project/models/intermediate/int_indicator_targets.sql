{{ config(materialized='view') }}

{{ indicator_target_rows() }}
