{# The five elements of service, asked one by one. Tablet votes are self-selected: none of these is a SIPAS figure. #}
{% macro indicators__elements() %}
- code: access_satisfaction
  version: 1
  valid_from: 2011-01-01
  theme: elements
  name: {vi: Hài lòng về tiếp cận dịch vụ, en: Satisfied with access}
  description:
    vi: >-
      Lượt hài lòng và rất hài lòng về yếu tố này trên số lượt có trả lời về yếu tố này trong kỳ, không tính không
      biết.
    en: >-
      Satisfied and very satisfied answers on this element over the answers on it in the period, don't-know left out.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: "rating_access in ('very_satisfied', 'satisfied')"
  denominator:
    record_kind: survey_responses
    date: answered_date
    where: rating_access is not null and rating_access <> 'dont_know'
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas

- code: procedure_satisfaction
  version: 1
  valid_from: 2011-01-01
  theme: elements
  name: {vi: Hài lòng về thủ tục, en: Satisfied with the procedure}
  description:
    vi: >-
      Lượt hài lòng và rất hài lòng về yếu tố này trên số lượt có trả lời về yếu tố này trong kỳ, không tính không
      biết.
    en: >-
      Satisfied and very satisfied answers on this element over the answers on it in the period, don't-know left out.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: "rating_procedure in ('very_satisfied', 'satisfied')"
  denominator:
    record_kind: survey_responses
    date: answered_date
    where: rating_procedure is not null and rating_procedure <> 'dont_know'
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas

- code: staff_satisfaction
  version: 1
  valid_from: 2011-01-01
  theme: elements
  name: {vi: Hài lòng về công chức, en: Satisfied with the staff}
  description:
    vi: >-
      Lượt hài lòng và rất hài lòng về yếu tố này trên số lượt có trả lời về yếu tố này trong kỳ, không tính không
      biết.
    en: >-
      Satisfied and very satisfied answers on this element over the answers on it in the period, don't-know left out.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: "rating_staff in ('very_satisfied', 'satisfied')"
  denominator:
    record_kind: survey_responses
    date: answered_date
    where: rating_staff is not null and rating_staff <> 'dont_know'
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas

- code: result_satisfaction
  version: 1
  valid_from: 2011-01-01
  theme: elements
  name: {vi: Hài lòng về kết quả, en: Satisfied with the result}
  description:
    vi: >-
      Lượt hài lòng và rất hài lòng về yếu tố này trên số lượt có trả lời về yếu tố này trong kỳ, không tính không
      biết.
    en: >-
      Satisfied and very satisfied answers on this element over the answers on it in the period, don't-know left out.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: "rating_result in ('very_satisfied', 'satisfied')"
  denominator:
    record_kind: survey_responses
    date: answered_date
    where: rating_result is not null and rating_result <> 'dont_know'
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas

- code: feedback_satisfaction
  version: 1
  valid_from: 2011-01-01
  theme: elements
  name: {vi: Hài lòng về tiếp nhận góp ý, en: Satisfied with feedback handling}
  description:
    vi: >-
      Lượt hài lòng và rất hài lòng về yếu tố này trên số lượt có trả lời về yếu tố này trong kỳ, không tính không
      biết.
    en: >-
      Satisfied and very satisfied answers on this element over the answers on it in the period, don't-know left out.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: "rating_feedback in ('very_satisfied', 'satisfied')"
  denominator:
    record_kind: survey_responses
    date: answered_date
    where: rating_feedback is not null and rating_feedback <> 'dont_know'
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas
{% endmacro %}
