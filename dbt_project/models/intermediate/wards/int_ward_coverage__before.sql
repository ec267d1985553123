-- How far each ward's records were known when the last build had passed.
{%- set built = source('kept', 'int_ward_coverage') %}
{%- set datasets = ref('stg_ward_datasets') %}
{%- if only_changes() %}
select
    ward_key,
    record_kind,
    covered_to
from {{ built }}
{%- else %}
select
    ward_key,
    record_kind,
    cast(null as date) as covered_to
from {{ datasets }}
where false
{%- endif %}
