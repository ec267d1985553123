{{ config(materialized='view_in_place') }}

{{ decision_766_index_rows() }}
