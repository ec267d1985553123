{# Whether the wards' systems report at all. #}
{% macro indicators__reporting() %}
- code: reporting_completeness
  version: 1
  valid_from: 2011-01-01
  theme: reporting
  name: {vi: Mức độ đầy đủ của báo cáo, en: Reporting completeness}
  description:
    vi: Số đêm-đơn vị đã gửi dữ liệu đúng đêm trên số đêm-đơn vị phải gửi trong kỳ, theo từng loại dữ liệu.
    en: Unit-nights that were loaded on their own night over the unit-nights expected in the period, per record kind.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: reporting_nights, date: night, where: is_reported}
  denominator: {record_kind: reporting_nights, date: night}
  empty_note: no_nights_expected
  source: quan_1_2011
  scorecard: true

- code: reporting_catch_up
  version: 1
  valid_from: 2011-01-01
  theme: reporting
  name: {vi: Mức độ bổ sung dữ liệu, en: Nights caught up}
  description:
    vi: Số đêm-đơn vị đã có dữ liệu, đúng đêm hoặc bổ sung sau, trên số đêm-đơn vị phải gửi trong kỳ.
    en: Unit-nights whose data arrived, on their own night or later, over the unit-nights expected in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: reporting_nights, date: night, where: is_covered}
  denominator: {record_kind: reporting_nights, date: night}
  empty_note: no_nights_expected
  source: quan_1_2011

- code: mean_nights_late
  version: 1
  valid_from: 2011-01-01
  theme: reporting
  name: {vi: Số đêm chậm trung bình, en: Mean nights late}
  description:
    vi: Tổng số đêm chậm trên số đêm-đơn vị phải gửi trong kỳ; đêm chưa có dữ liệu tính đến đêm mới nhất.
    en: >-
      Nights of delay, added up, over the unit-nights expected in the period; a night without data counts up to the
      newest night.
  kind: ratio
  unit: nights
  direction: lower_is_better
  numerator: {record_kind: reporting_nights, date: night, sum_of: nights_late}
  denominator: {record_kind: reporting_nights, date: night}
  empty_note: no_nights_expected
  source: quality_control

- code: quarantined_share
  version: 1
  valid_from: 2011-01-01
  theme: reporting
  name: {vi: Tỷ lệ bản ghi bị cách ly, en: Rows quarantined}
  description:
    vi: Số bản ghi bị cách ly trên số bản ghi đã đọc trong kỳ.
    en: Rows quarantined over the rows read in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: reporting_nights, date: night, where: is_reported, sum_of: rows_quarantined}
  denominator: {record_kind: reporting_nights, date: night, where: is_reported, sum_of: rows_read}
  empty_note: no_rows_read
  source: quality_control

- code: reporting_units
  version: 1
  valid_from: 2011-01-01
  theme: reporting
  name: {vi: Đơn vị có gửi dữ liệu, en: Units that reported}
  description:
    vi: Số đơn vị có ít nhất một đêm gửi dữ liệu trong kỳ.
    en: Units with at least one night reported in the period.
  kind: distinct
  unit: units
  direction: higher_is_better
  value_of: ward_key
  numerator: {record_kind: reporting_nights, date: night, where: is_reported}
  source: quan_1_2011

- code: unmapped_codes
  version: 1
  valid_from: 2011-01-01
  theme: reporting
  name: {vi: Mã chưa ánh xạ, en: Unmapped codes}
  description:
    vi: Số lần bản ghi đọc trong kỳ có mã không có trong bảng ánh xạ.
    en: Times a record read in the period had a code outside the mapping's tables.
  kind: count
  unit: records
  direction: lower_is_better
  numerator: {record_kind: rule_results, date: night, where: rule like '%_known', sum_of: rows_broken}
  source: quality_control
{% endmacro %}
