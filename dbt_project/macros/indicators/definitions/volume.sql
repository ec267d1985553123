{# How many dossiers come, go and wait. #}
{% macro indicators__volume() %}
- code: dossiers_received
  version: 1
  valid_from: 2011-01-01
  theme: volume
  name: {vi: Hồ sơ tiếp nhận, en: Dossiers received}
  description:
    vi: Số hồ sơ có ngày tiếp nhận trong kỳ.
    en: Dossiers whose reception date lies in the period.
  kind: count
  unit: dossiers
  direction: neutral
  numerator: {record_kind: dossiers, date: received_date}
  breakdowns: [channel, procedure, field, authority]
  source: thanh_xuan_2016
  scorecard: true

- code: dossiers_resolved
  version: 1
  valid_from: 2011-01-01
  theme: volume
  name: {vi: Hồ sơ đã giải quyết, en: Dossiers resolved}
  description:
    vi: Số hồ sơ kết thúc xử lý trong kỳ, theo thứ tự ngày kết thúc xử lý, ngày trả, ngày dừng hoặc từ chối.
    en: Dossiers whose processing ended in the period - resolved, else returned, else stopped or refused.
  kind: count
  unit: dossiers
  direction: neutral
  numerator: {record_kind: dossiers, date: end_date}
  breakdowns: [channel, procedure, field, authority]
  source: thanh_xuan_2016
  scorecard: true

- code: dossiers_open
  version: 1
  valid_from: 2011-01-01
  theme: volume
  name: {vi: Hồ sơ đang giải quyết, en: Dossiers open}
  description:
    vi: Số hồ sơ đã tiếp nhận và chưa kết thúc xử lý tính đến hết ngày cuối kỳ.
    en: Dossiers received and not ended by the end of the period's last day.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: at_period_end}
  source: thanh_xuan_2016
  scorecard: true

- code: dossiers_overdue
  version: 1
  valid_from: 2011-01-01
  theme: volume
  name: {vi: Hồ sơ đang giải quyết đã quá hạn, en: Open dossiers overdue}
  description:
    vi: Số hồ sơ đang giải quyết cuối kỳ có hạn trả trước ngày cuối kỳ.
    en: Open dossiers at the end of the period whose deadline lies before the period's last day.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator:
    record_kind: dossiers
    date: at_period_end
    opened: greatest(received_date, overdue_date)
    where: overdue_date is not null
  source: decision_766
  scorecard: true
{% endmacro %}
