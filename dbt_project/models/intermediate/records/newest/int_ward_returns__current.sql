{{ config(materialized='view_in_place') }}

{{ newest_versions(ref('stg_ward_returns'), 'ward_returns', ['return_key'], ['submitted_at', 'source_changed_at']) }}
