{{ config(materialized='view_in_place') }}

{{ indicator_record_kind_rows() }}
