-- The dossiers of the months that a change touches, from the first to the last of their dates; a build of everything
-- has no need of it. The engine answers `exists` with a range in five times the time, and takes a third less where it
-- has passed over the dossiers that ended before the first of those months.
{%- set months = ref('int_changed_months') %}
{%- set days = indicator_days_of('dossiers') | join(', ') %}
{%- set unread = [
    'source_record_id', 'dossier_code', 'submitted_at', 'received_at', 'due_at', 'deadline_at', 'current_deadline_at',
    'resolved_at', 'returned_at', 'stopped_at', 'supplement_requested_at', 'supplement_received_at', 'apology_at',
    'explanation_at', 'notified_at'
] %}
-- No indicator looks at the numbers of a dossier, at its citizen or at an instant, and all of them are long to read.
select {{ columns_except(ref('fct_dossiers'), 'dossiers', unread) }}
from {{ ref('fct_dossiers') }} as dossiers
semi join {{ months }} as months
    on
        months.record_kind = 'dossiers'
        and dossiers.ward_key = months.ward_key
        and months.month_start between {{ month_start('least(' ~ days ~ ')') }} and greatest({{ days }})
where {{ since_first_changed_month('greatest(' ~ days ~ ')', months, 'dossiers') }}
