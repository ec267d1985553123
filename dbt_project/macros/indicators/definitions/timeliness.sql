{# Whether dossiers end in time. The word "đúng hạn" has four readings, and each of them is an indicator. #}
{% macro indicators__timeliness() %}
- code: resolved_early
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Giải quyết trước hạn, en: Resolved early}
  description:
    vi: Hồ sơ kết thúc xử lý trong kỳ, trước ngày hẹn trả.
    en: Dossiers ended in the period on a date before the deadline's date.
  kind: count
  unit: dossiers
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: timeliness = 'early'}
  source: thanh_xuan_2016
  scorecard: true

- code: resolved_on_time
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Giải quyết đúng hạn, en: Resolved on time}
  description:
    vi: Hồ sơ kết thúc xử lý trong kỳ, đúng ngày hẹn trả và không sau giờ hẹn.
    en: Dossiers ended in the period on the deadline's date and not after its hour.
  kind: count
  unit: dossiers
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: timeliness = 'on_time'}
  source: thanh_xuan_2016
  scorecard: true

- code: resolved_late
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Giải quyết trễ hạn, en: Resolved late}
  description:
    vi: Hồ sơ kết thúc xử lý trong kỳ, sau hạn trả.
    en: Dossiers ended in the period after the deadline.
  kind: count
  unit: dossiers
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: timeliness = 'late'}
  breakdowns: [channel, procedure, field, authority]
  source: thanh_xuan_2016
  scorecard: true

- code: on_time_of_resolved
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Tỷ lệ đúng hạn trên số đã giải quyết, en: On time of resolved}
  description:
    vi: Hồ sơ giải quyết trước hạn và đúng hạn trên số hồ sơ đã giải quyết trong kỳ có hạn trả.
    en: Dossiers resolved early or on time over the dossiers resolved in the period that have a deadline.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: end_date
    where: timeliness in ('early', 'on_time')
  denominator:
    record_kind: dossiers
    date: end_date
    where: timeliness in ('early', 'on_time', 'late')
  empty_note: no_dossiers
  targets:
    - from: 2020-01-01
      value: 1.0
      comparison: at_least
      source: ha_noi_2017
  breakdowns: [channel, procedure, field, authority]
  source: thanh_xuan_2016
  scorecard: true

- code: on_time_of_received
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Tỷ lệ đúng hạn trên số tiếp nhận, en: On time of received}
  description:
    vi: Hồ sơ tiếp nhận trong kỳ và đã giải quyết trước hoặc đúng hạn đến cuối kỳ, trên số hồ sơ tiếp nhận trong kỳ.
    en: Dossiers received in the period and resolved early or on time by its end, over the dossiers received in it.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: received_date
    where: "timeliness in ('early', 'on_time') and end_date <= {period_end}"
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  source: thanh_xuan_2016
  scorecard: true

- code: on_time_of_due
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Tỷ lệ đúng hạn trên số đến hạn, en: On time of due}
  description:
    vi: Hồ sơ đến hạn trả trong kỳ và đã giải quyết trước hoặc đúng hạn, trên số hồ sơ đến hạn trong kỳ.
    en: Dossiers due in the period and resolved early or on time, over the dossiers due in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: deadline_date
    where: timeliness in ('early', 'on_time')
  denominator: {record_kind: dossiers, date: deadline_date}
  empty_note: no_dossiers
  source: thanh_xuan_2016
  scorecard: true

- code: on_time_decision_766
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Tỷ lệ đúng hạn theo Quyết định 766, en: On time by Decision 766}
  description:
    vi: >-
      Hồ sơ tiếp nhận trong kỳ đã giải quyết đúng hạn hoặc còn đang giải quyết và chưa đến hạn, trên số tiếp nhận trong
      kỳ. Trừ thời gian chờ bổ sung; một yêu cầu bổ sung chưa được đáp ứng thì dừng tính tại ngày yêu cầu; yêu cầu bổ
      sung nhiều hơn một lần tính là trễ hạn.
    en: >-
      Dossiers received in the period that were resolved in time or are still open and not yet due, over the dossiers
      received in it. Waiting for a supplement is subtracted; one unanswered request ends the clock at the request;
      more than one request counts as late.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: received_date
    where: >-
      case
      when supplement_requests > 1 then false
      when supplement_requested_date <= {period_end}
      and (supplement_received_date is null or supplement_received_date > {period_end})
      then supplement_requested_date <= decision_766_due_date
      when supplement_received_date <= {period_end}
      then least(coalesce(end_date, {period_end}), {period_end}) <= decision_766_extended_due_date
      else least(coalesce(end_date, {period_end}), {period_end}) <= decision_766_due_date
      end
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  source: decision_766
  scorecard: true

- code: median_working_days
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Số ngày làm việc trung vị, en: Median working days}
  description:
    vi: Trung vị số ngày làm việc từ tiếp nhận đến kết thúc xử lý của hồ sơ kết thúc trong kỳ, tính từ từng hồ sơ.
    en: Median of the working days from reception to end, over the dossiers ended in the period, taken from the records.
  kind: median
  unit: working_days
  direction: lower_is_better
  value_of: working_days
  denominator: {record_kind: dossiers, date: end_date, where: working_days is not null}
  empty_note: no_dossiers
  breakdowns: [channel, procedure, field, authority]
  source: decree_61_2018
  scorecard: true

- code: apology_coverage
  version: 1
  valid_from: 2011-01-01
  theme: timeliness
  name: {vi: Tỷ lệ hồ sơ trễ hạn có thư xin lỗi, en: Apology coverage}
  description:
    vi: Hồ sơ giải quyết trễ hạn trong kỳ đã có thư xin lỗi đến cuối kỳ, trên số hồ sơ giải quyết trễ hạn trong kỳ.
    en: Dossiers resolved late in the period with an apology letter by its end, over the dossiers resolved late in it.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: end_date
    where: "timeliness = 'late' and apology_date <= {period_end}"
  denominator: {record_kind: dossiers, date: end_date, where: timeliness = 'late'}
  empty_note: no_dossiers
  source: quan_1_2011
  scorecard: true
{% endmacro %}
