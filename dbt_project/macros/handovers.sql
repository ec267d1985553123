{# Pairs of records that may be one dossier, which a ward received and a ward after it took over.

   Two records are one dossier when they have one code and one reception date, or, registered anew on the takeover, one code
   and procedure while the former ward's record is not ended, or was stopped in its last days to be handed on. A ward that
   was there before has codes of its own: of its dossiers the procedure has to be the same too. A code that a ward gave ten
   times or more names nothing. #}
{% macro handover_candidates() -%}
    select
        former.dossier_key as from_key,
        later.dossier_key as to_key,
        later.ward_key as to_ward_key,
        coalesce(later.resolved_date, later.returned_date, later.stopped_date) is not null as is_ended,
        former.received_at as from_received_at,
        later.received_at as to_received_at,
        successions.succession_date,
        former.received_date = later.received_date as is_same_reception,
        coalesce(former.procedure_code = later.procedure_code, false) as is_same_procedure
    from {{ ref('int_ward_successions') }} as successions
    inner join {{ ref('int_dossiers__shared') }} as former on successions.from_ward_key = former.ward_key
    inner join {{ ref('int_dossiers__shared') }} as later
        on successions.to_ward_key = later.ward_key and former.dossier_code = later.dossier_code
    where
        former.code_records < 10
        and later.code_records < 10
        and former.received_date < successions.succession_date
        and (
            (
                former.received_date = later.received_date
                and (
                    later.received_date < successions.to_in_force_from
                    or former.procedure_code = later.procedure_code
                )
            )
            or (
                former.procedure_code = later.procedure_code
                and later.received_date >= former.received_date
                and coalesce(
                    coalesce(former.resolved_date, former.returned_date, former.stopped_date)
                    >= case
                        when former.resolved_date is null and former.returned_date is null
                            then {{ add_days('successions.succession_date', -1 * var('handover_days')) }}
                        else successions.succession_date
                    end,
                    true
                )
            )
        )
{%- endmacro %}
