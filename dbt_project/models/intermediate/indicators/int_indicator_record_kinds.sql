{{ config(materialized='view') }}

{{ indicator_record_kind_rows() }}
