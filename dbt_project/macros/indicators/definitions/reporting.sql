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
{% endmacro %}
