{{ config(access='protected') }}

-- The dossiers that a night computes: those that changed, and, because a dossier that a later ward took over has one
-- course for all its records, those whose part in such a course is another than the last build left.
{%- set built = source('built', 'fct_dossiers') %}
{%- set changed_records = ref('stg_changed_records') %}
{%- set handovers = ref('int_dossiers__handovers') %}
{%- set course = ['counted_from', 'counted_to', 'status', 'received_at', 'received_date', 'supplement_count'] %}
{%- set events = [
    'due', 'repromised_due', 'resolved', 'returned', 'stopped', 'supplement_requested', 'supplement_received', 'apology',
    'explanation', 'notified',
] %}
{%- for event in events %}{% do course.extend([event ~ '_at', event ~ '_date']) %}{% endfor %}
select
    ward_key || ':' || source_record_id as dossier_key,
    ward_key,
    source_record_id
from {{ changed_records }}
where record_kind = 'dossiers'
{%- if only_changes() %}
union
select
    dossier_key,
    ward_key,
    source_record_id
from (
    select dossier_key, ward_key, source_record_id, {{ course | join(', ') }}
    from {{ handovers }}
    except
    select dossier_key, ward_key, source_record_id, {{ course | join(', ') }}
    from {{ built }}
    where is_shared
) as taken_over
union
select
    dossier_key,
    ward_key,
    source_record_id
from {{ built }}
where
    is_shared
    and dossier_key not in (select h.dossier_key from {{ handovers }} as h)
{%- endif %}
