{# Kept from night to night as in the real project: a night computes the dossiers that changed. #}
{{ config(
    materialized='incremental', incremental_strategy='append',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where dossier_key in (select dossier_key from {{ ref('int_dossiers__changed') }}){% endif %}"
) }}

-- depends_on: {{ ref('int_dossiers__changed') }}
select ward_key || ':' || source_record_id as dossier_key, *
from raw.dossiers
{% if is_incremental() %}
where (ward_key, source_record_id) in (select ward_key, source_record_id from {{ ref('int_dossiers__changed') }})
{% endif %}
