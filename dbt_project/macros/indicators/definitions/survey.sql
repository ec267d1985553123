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
  breakdowns: [mode]
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
  breakdowns: [mode]
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

- code: dont_know_share
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Tỷ lệ không biết, en: Don't-know share}
  description:
    vi: Lượt trả lời không biết trên số lượt trả lời trong kỳ.
    en: Don't-know answers over all answers of the period.
  kind: ratio
  unit: share
  direction: neutral
  numerator: {record_kind: survey_responses, date: answered_date, where: not is_valid}
  denominator: {record_kind: survey_responses, date: answered_date}
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas

- code: dissatisfaction_reason_share
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Tỷ lệ không hài lòng có nêu lý do, en: Dissatisfied with a reason}
  description:
    vi: Lượt không hài lòng có nêu lý do trên số lượt không hài lòng trong kỳ.
    en: Dissatisfied answers that give a reason over the dissatisfied answers of the period.
  kind: ratio
  unit: share
  direction: neutral
  numerator: {record_kind: survey_responses, date: answered_date, where: is_dissatisfied and has_reasons}
  denominator: {record_kind: survey_responses, date: answered_date, where: is_dissatisfied}
  empty_note: no_responses
  small_number_threshold: 5
  source: sipas

- code: paper_share
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Tỷ lệ phiếu giấy, en: Share of paper slips}
  description:
    vi: Phiếu giấy trên số lượt trả lời trong kỳ.
    en: Paper slips over all answers of the period.
  kind: ratio
  unit: share
  direction: neutral
  numerator: {record_kind: survey_responses, date: answered_date, where: mode = 'paper'}
  denominator: {record_kind: survey_responses, date: answered_date}
  empty_note: no_responses
  small_number_threshold: 5
  source: quan_1_2011

- code: tablet_votes
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Lượt đánh giá trên máy tính bảng, en: Tablet votes}
  description:
    vi: Số lượt đánh giá trên máy tính bảng trong kỳ.
    en: Answers on a tablet in the period.
  kind: count
  unit: responses
  direction: higher_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: mode = 'tablet'}
  source: quan_1_2011

- code: paper_slips
  version: 1
  # The slips of the time before there were devices are what its figures are compared with.
  valid_from: 2010-01-01
  theme: survey
  name: {vi: Phiếu góp ý giấy, en: Paper slips}
  description:
    vi: Số phiếu giấy trong kỳ.
    en: Paper slips of the period.
  kind: count
  unit: responses
  direction: neutral
  numerator: {record_kind: survey_responses, date: answered_date, where: mode = 'paper'}
  source: quan_1_2011

- code: votes_per_baseline_slip
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Số lần so với phiếu góp ý trước đây, en: Votes per slip of the time before}
  description:
    vi: >-
      Lượt đánh giá trong kỳ trên số phiếu góp ý của cùng khoảng thời gian trước khi có máy, theo báo cáo của đơn vị.
    en: >-
      Answers of the period over the paper slips of as long a time before there were devices, as the unit reports
      them.
  kind: ratio
  unit: multiple
  direction: higher_is_better
  numerator: {record_kind: survey_responses, date: answered_date}
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'paper_slips_before'
    sum_of: quantity
  empty_note: not_reported
  source: quan_1_2011

- code: devices_with_a_vote
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Thiết bị có lượt đánh giá, en: Devices with a vote}
  description:
    vi: Số thiết bị khác nhau có lượt trả lời trong kỳ.
    en: Different devices with an answer in the period.
  kind: distinct
  unit: devices
  direction: higher_is_better
  value_of: ward_key || ':' || device_code
  numerator: {record_kind: survey_responses, date: answered_date, where: device_code is not null}
  source: quan_1_2011

- code: units_with_a_live_device
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Đơn vị có thiết bị hoạt động, en: Units with a live device}
  description:
    vi: Số đơn vị có lượt trả lời trên thiết bị trong kỳ.
    en: Units with an answer on a device in the period.
  kind: distinct
  unit: units
  direction: higher_is_better
  value_of: ward_key
  numerator: {record_kind: survey_responses, date: answered_date, where: device_code is not null}
  source: quan_11_2018

- code: satisfaction_of_early
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Hài lòng khi hồ sơ trước hạn, en: Satisfaction of those served early}
  description:
    vi: Lượt hài lòng trên số lượt trả lời hợp lệ trong kỳ gắn với hồ sơ giải quyết trước hạn.
    en: Satisfied over valid answers of the period that are linked to a dossier resolved early.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: is_satisfied and dossier_timeliness = 'early'
  denominator: {record_kind: survey_responses, date: answered_date, where: is_valid and dossier_timeliness = 'early'}
  empty_note: no_responses
  small_number_threshold: 5
  source: quan_11_2018

- code: satisfaction_of_on_time
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Hài lòng khi hồ sơ đúng hạn, en: Satisfaction of those served on time}
  description:
    vi: Lượt hài lòng trên số lượt trả lời hợp lệ trong kỳ gắn với hồ sơ giải quyết đúng hạn.
    en: Satisfied over valid answers of the period that are linked to a dossier resolved on time.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: survey_responses
    date: answered_date
    where: is_satisfied and dossier_timeliness = 'on_time'
  denominator:
    record_kind: survey_responses
    date: answered_date
    where: is_valid and dossier_timeliness = 'on_time'
  empty_note: no_responses
  small_number_threshold: 5
  source: quan_11_2018

- code: satisfaction_of_late
  version: 1
  valid_from: 2011-01-01
  theme: survey
  name: {vi: Hài lòng khi hồ sơ trễ hạn, en: Satisfaction of those served late}
  description:
    vi: Lượt hài lòng trên số lượt trả lời hợp lệ trong kỳ gắn với hồ sơ giải quyết trễ hạn.
    en: Satisfied over valid answers of the period that are linked to a dossier resolved late.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_satisfied and dossier_timeliness = 'late'}
  denominator: {record_kind: survey_responses, date: answered_date, where: is_valid and dossier_timeliness = 'late'}
  empty_note: no_responses
  small_number_threshold: 5
  source: quan_11_2018
{% endmacro %}
