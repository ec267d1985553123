{%- set instants = [
    'submitted_at', 'received_at', 'due_at', 'repromised_due_at', 'deadline_at', 'resolved_at', 'returned_at', 'end_at',
    'apology_at'
] %}
-- Dossiers with the names of their codes, and times as the clock on the wall showed them.
select
    dossiers.dossier_key,
    dossiers.district_code,
    wards.district_name_vi,
    dossiers.ward_key,
    wards.ward_name_vi,
    wards.ward_name_en,
    dossiers.dossier_code,
    dossiers.procedure_code,
    catalogue.name_vi as procedure_name_vi,
    dossiers.field_vi,
    dossiers.authority,
    dossiers.procedure_online_level,
    dossiers.channel,
    dossiers.status,
    dossiers.applicant_type,
    dossiers.officer_key,
    {%- for instant in instants %}
    dossiers.{{ instant }},
    {{ local_time('dossiers.' ~ instant, 'wards.time_zone') }} as {{ instant | replace('_at', '_local') }},
    {%- endfor %}
    dossiers.received_date,
    dossiers.due_date,
    dossiers.deadline_date,
    dossiers.end_date,
    dossiers.timeliness,
    dossiers.current_timeliness,
    dossiers.working_days,
    dossiers.days_early,
    dossiers.supplement_requests,
    dossiers.paid_online,
    dossiers.result_electronic,
    dossiers.digitised,
    dossiers.reused,
    dossiers.night,
    dossiers.system
from {{ mart('fct_dossiers') }} as dossiers
inner join {{ mart('dim_ward') }} as wards on dossiers.ward_key = wards.ward_key
left join {{ mart('dim_procedure') }} as catalogue on dossiers.procedure_key = catalogue.procedure_key
