{{ config(materialized='view_in_place') }}

-- Each record with the course of its dossier: its own, or what all records of a dossier that was taken over share. The
-- record of the former ward would otherwise stay open for ever, and late by every rule that starts from its reception.
{%- set shared_columns = [
    'status', 'received_at', 'received_date', 'due_at', 'due_date', 'repromised_due_at', 'repromised_due_date',
    'resolved_at', 'resolved_date', 'returned_at', 'returned_date', 'stopped_at', 'stopped_date',
    'supplement_requested_at', 'supplement_requested_date', 'supplement_received_at', 'supplement_received_date',
    'supplement_count', 'apology_at', 'apology_date', 'explanation_at', 'explanation_date',
    'notified_at', 'notified_date',
] %}
select
    dossiers.dossier_key,
    dossiers.ward_key,
    dossiers.district_code,
    dossiers.source_record_id,
    dossiers.dossier_code,
    dossiers.procedure_code,
    dossiers.channel,
    dossiers.submitted_at,
    dossiers.submitted_date,
    {%- for column in shared_columns %}
    case when handovers.dossier_key is null then dossiers.{{ column }} else handovers.{{ column }} end as {{ column }},
    {%- endfor %}
    -- A reception before the ward was in force counts in no period of it; the dossier is in its stock from then on.
    greatest(
        handovers.counted_from,
        case
            when
                case when handovers.dossier_key is null then dossiers.received_date else handovers.received_date end
                < wards.in_force_from
                then wards.in_force_from
        end
    ) as counted_from,
    handovers.counted_to,
    handovers.dossier_key is not null as is_shared,
    dossiers.receiving_unit,
    dossiers.resolving_unit,
    dossiers.applicant_type,
    dossiers.paid_online,
    dossiers.result_electronic,
    dossiers.digitised,
    dossiers.reused,
    dossiers.vneid,
    dossiers.shared_for_reuse,
    dossiers.population_data,
    dossiers.officer_key,
    dossiers.applicant_key,
    dossiers.source_changed_at,
    dossiers.night,
    dossiers.system
from {{ ref('int_dossiers__current') }} as dossiers
left join {{ ref('int_dossiers__handovers') }} as handovers on dossiers.dossier_key = handovers.dossier_key
left join {{ ref('stg_wards') }} as wards on dossiers.ward_key = wards.ward_key
