{{ config(materialized='view') }}

{{ decision_766_index_rows() }}
