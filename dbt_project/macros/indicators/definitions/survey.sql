{# What citizens answer. Tablet votes are self-selected: none of these is a SIPAS figure. #}
{% macro indicators__survey() %}
- code: survey_volume
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Số lượt đánh giá, en: Survey answers}
  description:
    vi: Số lượt khảo sát trả lời trong kỳ, kể cả lượt trả lời không biết.
    en: Answers given in the period, the don't-know answers included.
  kind: count
  unit: responses
  direction: higher_is_better
  numerator: {record_kind: survey_responses, date: answered_date}
  source: quan_1_2011
  scorecard: true

- code: satisfaction_rate
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Tỷ lệ hài lòng tại quầy, en: Counter satisfaction}
  description:
    vi: Lượt hài lòng và rất hài lòng trên số lượt trả lời hợp lệ trong kỳ; câu trả lời không biết để riêng.
    en: Satisfied and very satisfied answers over the valid answers of the period; don't-know answers are kept apart.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_satisfied}
  denominator: {record_kind: survey_responses, date: answered_date, where: is_valid}
  empty_note: no_responses
  small_number_threshold: 5
  targets:
    - {from: 2018-01-01, value: 0.8, comparison: above, source: ha_noi_2017}
  source: quan_11_2018
  scorecard: true

- code: response_rate
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Tỷ lệ tham gia đánh giá, en: Response rate}
  description:
    vi: Số lượt trả lời trong kỳ, có hoặc không gắn với hồ sơ, trên số hồ sơ trả kết quả trong kỳ.
    en: Answers given in the period, linked to a dossier or not, over the dossiers whose result was returned in it.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: survey_responses, date: answered_date}
  denominator: {record_kind: dossiers, date: returned_date}
  empty_note: no_dossiers
  source: quan_1_2011
  scorecard: true
{% endmacro %}
