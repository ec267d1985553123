{# How far the work is: what waits, for how long, and how it is spread over time. #}
{% macro indicators__progress() %}
- code: overdue_1_to_3_days
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Quá hạn đến 3 ngày làm việc, en: Overdue up to 3 working days}
  description:
    vi: Hồ sơ đang giải quyết cuối kỳ, quá hạn chưa đủ 4 ngày làm việc.
    en: Open dossiers at the period's end that are overdue by less than 4 working days.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator:
    record_kind: dossiers
    date: at_period_end
    where: overdue_date is not null
    opened: "greatest(received_date, overdue_date)"
    closed: "least(end_date, greatest(received_date, overdue_4_date))"
  source: decree_61_2018

- code: overdue_4_to_7_days
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Quá hạn từ 4 đến 7 ngày làm việc, en: Overdue 4 to 7 working days}
  description:
    vi: Hồ sơ đang giải quyết cuối kỳ, quá hạn từ 4 đến 7 ngày làm việc.
    en: Open dossiers at the period's end that are overdue by 4 to 7 working days.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator:
    record_kind: dossiers
    date: at_period_end
    where: overdue_4_date is not null
    opened: "greatest(received_date, overdue_4_date)"
    closed: "least(end_date, greatest(received_date, overdue_8_date))"
  source: decree_61_2018

- code: overdue_8_days_or_more
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Quá hạn từ 8 ngày làm việc trở lên, en: Overdue 8 working days or more}
  description:
    vi: Hồ sơ đang giải quyết cuối kỳ, quá hạn từ 8 ngày làm việc trở lên.
    en: Open dossiers at the period's end that are overdue by 8 working days or more.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator:
    record_kind: dossiers
    date: at_period_end
    where: overdue_8_date is not null
    opened: "greatest(received_date, overdue_8_date)"
  source: decree_61_2018

- code: carried_over
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Hồ sơ kỳ trước chuyển sang, en: Dossiers carried over}
  description:
    vi: Hồ sơ tiếp nhận trước kỳ và chưa kết thúc xử lý khi kỳ bắt đầu.
    en: Dossiers received before the period and not ended when it starts.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: at_period_start}
  source: decree_61_2018

- code: results_not_collected
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Kết quả chưa trả cho dân, en: Results not collected}
  description:
    vi: Hồ sơ đã có kết quả mà chưa trả cho người nộp đến hết ngày cuối kỳ, không tính hồ sơ dừng.
    en: >-
      Dossiers with a result that the applicant has not got by the end of the period's last day, stopped ones left
      out.
  kind: stock
  unit: dossiers
  direction: lower_is_better
  numerator:
    record_kind: dossiers
    date: at_period_end
    where: resolved_date is not null and stopped_date is null
    opened: resolved_date
    closed: returned_date
  source: decree_61_2018

- code: clearance_rate
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Tỷ lệ giải quyết so với tiếp nhận, en: Clearance rate}
  description:
    vi: Hồ sơ kết thúc xử lý trong kỳ trên số hồ sơ tiếp nhận trong kỳ; trên 1 là giảm tồn đọng.
    en: Dossiers ended in the period over those received in it; above 1 the backlog shrinks.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date}
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: backlog_ratio
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Tồn đọng so với tiếp nhận, en: Backlog over received}
  description:
    vi: Hồ sơ đang giải quyết cuối kỳ trên số hồ sơ tiếp nhận trong kỳ.
    en: Dossiers open at the period's end over those received in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: at_period_end}
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: mean_working_days
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Số ngày làm việc trung bình, en: Mean working days}
  description:
    vi: Tổng số ngày làm việc từ tiếp nhận đến kết thúc trên số hồ sơ kết thúc trong kỳ.
    en: Working days from reception to end, added up, over the dossiers ended in the period.
  kind: ratio
  unit: working_days
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: working_days is not null, sum_of: working_days}
  denominator: {record_kind: dossiers, date: end_date, where: working_days is not null}
  empty_note: no_dossiers
  breakdowns: [channel, procedure, field, authority]
  source: decree_61_2018

- code: mean_net_working_days
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Số ngày làm việc trung bình trừ chờ bổ sung, en: Mean working days less waiting}
  description:
    vi: Như trên, trừ số ngày làm việc chờ người nộp bổ sung.
    en: As the mean working days, less the working days of waiting for the applicant's supplement.
  kind: ratio
  unit: working_days
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: net_working_days is not null, sum_of: net_working_days}
  denominator: {record_kind: dossiers, date: end_date, where: net_working_days is not null}
  empty_note: no_dossiers
  source: decree_61_2018

- code: same_day_share
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Tỷ lệ giải quyết trong ngày, en: Same-day share}
  description:
    vi: Hồ sơ kết thúc ngay trong ngày tiếp nhận trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers ended on the day of their reception over those ended in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: end_date = received_date}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: month_end_bunching
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Tỷ lệ dồn cuối tháng, en: Month-end bunching}
  description:
    vi: Hồ sơ kết thúc trong ba ngày làm việc cuối của tháng trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers ended on the last three working days of a month over those ended in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: is_month_end_resolution}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: early_return_rate
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Tỷ lệ trả sớm, en: Early return rate}
  description:
    vi: Hồ sơ kết thúc trước ngày hẹn trên số hồ sơ kết thúc trong kỳ có hạn trả.
    en: Dossiers ended before the deadline's date over those ended in the period that have a deadline.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: timeliness = 'early'}
  denominator: {record_kind: dossiers, date: end_date, where: "timeliness in ('early', 'on_time', 'late')"}
  empty_note: no_dossiers
  source: thanh_xuan_2016

- code: median_days_early
  version: 1
  valid_from: 2011-01-01
  theme: progress
  name: {vi: Số ngày trả sớm trung vị, en: Median days early}
  description:
    vi: Trung vị số ngày trước hạn của hồ sơ kết thúc trước hạn trong kỳ.
    en: Median of the days before the deadline, over the dossiers ended early in the period.
  kind: median
  unit: days
  direction: higher_is_better
  value_of: days_early
  denominator: {record_kind: dossiers, date: end_date, where: days_early is not null}
  empty_note: no_dossiers
  source: thanh_xuan_2016
{% endmacro %}
