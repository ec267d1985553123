-- How far each ward's records were known when the last build had passed.
{%- set built = source('kept', 'int_ward_coverage') %}
{%- set feeds = ref('stg_ward_record_kinds') %}
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
from {{ feeds }}
where false
{%- endif %}
