{# What an indicator can count: per record kind its mart, its key, the dates between which a record is open (for
   stocks), what the evidence view shows of it, and, where it is made from other records, whose coverage is its own.
   touched: where a night finds the records of the months that a change touches; sums of the others are kept.
   counted_within names the first and the last day on which a record counts, null without a limit, where records of
   several wards may be one.
   A record (r) that stands for a whole period says within which periods (p) it counts, and absent_is_unknown: without
   one a figure is not reported, never zero. #}
{% macro indicator_record_kinds() %}
    {# Kept for all of a run's nodes, as the catalogue is: it is looked up for every part of every indicator. #}
    {% if 'ward_warehouse_record_kinds' not in graph %}
        {% do graph.update({'ward_warehouse_record_kinds': fromyaml(indicators__record_kinds())}) %}
    {% endif %}
    {{ return(graph['ward_warehouse_record_kinds']) }}
{% endmacro %}

{% macro indicators__record_kinds() %}
dossiers:
  mart: fct_dossiers
  touched: int_dossiers__touched
  key: dossier_key
  opened: received_date
  closed: end_date
  counted_within: [counted_from, counted_to]
  evidence:
    source_record_id: source_record_id
    dossier_code: dossier_code
    received_date: received_date
    due_date: deadline_date
    end_date: end_date
survey_responses:
  mart: fct_survey_responses
  touched: int_survey_responses__touched
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
ward_returns:
  mart: fct_ward_returns
  key: return_key
  # A quarter's figure is no month's, and is not added to the year's own.
  within: >-
    r.period_start >= p.period_start and r.period_end <= p.period_end
    and (r.wider_start is null or r.wider_start < p.period_start or r.wider_end > p.period_end)
  absent_is_unknown: true
  evidence:
    source_record_id: source_record_id
procedures:
  mart: dim_procedure
  key: procedure_key
  opened: valid_from
  closed: out_of_force_date
  evidence: {}
service_saturdays:
  mart: fct_service_saturdays
  key: service_saturday_key
  covered_by: dossiers
  evidence: {}
{% endmacro %}

{# The record kinds of which a figure is unknown, and not zero, when no record gives it, as a list in SQL. #}
{% macro indicator_kinds_unknown_when_absent() -%}
    {%- set names = [] -%}
    {%- for name, kind in indicator_record_kinds().items() if kind.absent_is_unknown -%}
        {%- do names.append("'" ~ name ~ "'") -%}
    {%- endfor -%}
    {{ names | join(', ') }}
{%- endmacro %}
