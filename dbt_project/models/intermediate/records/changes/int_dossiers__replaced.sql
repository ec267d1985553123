-- The changed dossiers as the last build left them: where they counted before.
{%- set built = source('built', 'fct_dossiers') %}
{%- set everything = ref('int_dossiers__progress') %}
select
    dossier_key,
    ward_key,
    dossier_code,
    received_date,
    deadline_date,
    overdue_date,
    overdue_4_date,
    overdue_8_date,
    end_date,
    resolved_date,
    returned_date,
    counted_from,
    counted_to
from {{ built if only_changes() else everything }}
where
    {{ 'true' if only_changes() else 'false' }}
    and dossier_key in (select changed.dossier_key from {{ ref('int_dossiers__changed') }} as changed)
