{# What an indicator can count: per record kind its mart, its key, the dates between which a record is open (for
   stocks), what the evidence view shows of it, and, where it is made from other records, whose coverage is its own. #}
{% macro indicator_record_kinds() %}
    {% set kinds %}
dossiers:
  mart: fct_dossiers
  key: dossier_key
  opened: received_date
  closed: end_date
  evidence:
    source_record_id: source_record_id
    dossier_code: dossier_code
    received_date: received_date
    due_date: deadline_date
    end_date: end_date
survey_responses:
  mart: fct_survey_responses
  key: response_key
  evidence:
    source_record_id: source_record_id
    dossier_code: dossier_code
reporting_nights:
  mart: reporting_completeness
  key: reporting_night_key
  evidence: {}
rule_results:
  mart: validation_results
  key: validation_result_key
  covered_by: reporting_nights
  evidence: {}
service_saturdays:
  mart: fct_service_saturdays
  key: service_saturday_key
  covered_by: dossiers
  evidence: {}
    {% endset %}
    {{ return(fromyaml(kinds)) }}
{% endmacro %}
