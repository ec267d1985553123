{# Whether the answers can be trusted as answers. A flag asks for a look; it proves nothing. #}
{% macro indicators__integrity() %}
- code: votes_before_return_share
  version: 1
  valid_from: 2011-01-01
  theme: integrity
  name: {vi: Đánh giá trước khi có kết quả, en: Votes before the return}
  description:
    vi: Lượt trả lời trước khi hồ sơ gắn kèm có kết quả trên số lượt gắn với hồ sơ trong kỳ.
    en: Answers given before the linked dossier had its result over the linked answers of the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_before_return}
  denominator: {record_kind: survey_responses, date: answered_date, where: dossier_key is not null}
  empty_note: no_responses
  small_number_threshold: 5
  source: quality_control

- code: burst_share
  version: 1
  valid_from: 2011-01-01
  theme: integrity
  name: {vi: Đánh giá dồn dập, en: Votes in bursts}
  description:
    vi: >-
      Lượt trên máy tính bảng thuộc chuỗi từ 5 lượt trở lên, cách nhau không quá 15 giây trên một thiết bị, trên số
      lượt máy tính bảng trong kỳ.
    en: >-
      Tablet votes in a run of 5 or more on one device, each within 15 seconds of the one before, over the tablet
      votes of the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_burst}
  denominator: {record_kind: survey_responses, date: answered_date, where: mode = 'tablet'}
  empty_note: no_responses
  small_number_threshold: 5
  source: quality_control

- code: straight_line_share
  version: 1
  valid_from: 2011-01-01
  theme: integrity
  name: {vi: Trả lời một màu, en: Straight-lined answers}
  description:
    vi: Lượt cho mọi yếu tố cùng một mức trên số lượt trả lời từ 3 yếu tố trở lên trong kỳ.
    en: Answers that give every element the same rating over the answers of the period on 3 elements or more.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_straight_line}
  denominator: {record_kind: survey_responses, date: answered_date, where: elements_rated >= 3}
  empty_note: no_responses
  small_number_threshold: 5
  source: quality_control

- code: out_of_hours_share
  version: 1
  valid_from: 2011-01-01
  theme: integrity
  name: {vi: Đánh giá ngoài giờ, en: Votes out of hours}
  description:
    vi: Lượt trên máy tính bảng ngoài giờ làm việc, chủ nhật hoặc ngày lễ, trên số lượt máy tính bảng trong kỳ.
    en: Tablet votes outside opening hours, on a Sunday or a public holiday, over the tablet votes of the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_out_of_hours}
  denominator: {record_kind: survey_responses, date: answered_date, where: mode = 'tablet'}
  empty_note: no_responses
  small_number_threshold: 5
  source: quality_control

- code: orphan_vote_share
  version: 1
  valid_from: 2011-01-01
  theme: integrity
  name: {vi: Đánh giá không có hồ sơ, en: Orphan votes}
  description:
    vi: Lượt ghi mã hồ sơ mà đơn vị không có trên số lượt có ghi mã hồ sơ trong kỳ.
    en: Answers that name a dossier the unit does not have over the answers of the period that name one.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: survey_responses, date: answered_date, where: is_orphan}
  denominator: {record_kind: survey_responses, date: answered_date, where: dossier_code is not null}
  empty_note: no_responses
  source: quality_control
{% endmacro %}
