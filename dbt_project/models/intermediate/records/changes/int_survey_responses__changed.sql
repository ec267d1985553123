{{ config(access='protected') }}

-- The answers that a night computes: those that changed, those of a dossier that changed, and, as a run of votes is
-- seen from its neighbours only, all of the same device and day.
{%- set built = source('built', 'fct_survey_responses') %}
{%- set replaced = ref('int_dossiers__replaced') %}
{%- set dossiers = ref('fct_dossiers') %}
{%- set versions = ref('stg_survey_responses') %}
{%- set changed_records = ref('stg_changed_records') %}
{%- if only_changes() %}
with codes as (
    select
        ward_key,
        dossier_code
    from {{ replaced }}
    union
    select
        dossiers.ward_key,
        dossiers.dossier_code
    from {{ computed_rows(dossiers) }} as dossiers
),

changed as (
    select
        ward_key,
        source_record_id
    from {{ changed_records }}
    where record_kind = 'survey_responses'
),

days as (
    select
        ward_key,
        device_code,
        mode,
        answered_date
    from {{ built }}
    where
        (ward_key, source_record_id) in (select c.ward_key, c.source_record_id from changed as c)
        or (ward_key, dossier_code) in (select c.ward_key, c.dossier_code from codes as c)
    union
    select
        ward_key,
        device_code,
        mode,
        answered_date
    from {{ versions }}
    where (ward_key, source_record_id) in (select c.ward_key, c.source_record_id from changed as c)
)

select
    responses.response_key,
    responses.ward_key,
    responses.source_record_id
from {{ built }} as responses
inner join days
    on
        responses.ward_key = days.ward_key
        and responses.answered_date = days.answered_date
        and responses.device_code is not distinct from days.device_code
        and responses.mode is not distinct from days.mode
union
select
    ward_key || ':' || source_record_id as response_key,
    ward_key,
    source_record_id
from changed
{%- else %}
select
    response_key,
    ward_key,
    source_record_id
from {{ versions }}
where false
{%- endif %}
