{# What the district's catalogue says of its procedures. Each counts once, for the unit whose list it stands in; a
   district that has only the registry's catalogue has no figure here. #}
{% macro indicators__procedures() %}
- code: procedures_level_1_2
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục mức độ 1 và 2, en: Procedures of level 1 and 2}
  description:
    vi: Thủ tục mức độ 1 và 2 trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: Procedures of level 1 and 2 over the procedures of the catalogue in force at the end of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: "online_level in ('1', '2')"}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: quan_11_2018

- code: procedures_level_2
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục mức độ 2, en: Procedures of level 2}
  description:
    vi: Thủ tục mức độ 2 trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: Procedures of level 2 over the procedures of the catalogue in force at the end of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: online_level = '2'}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: thanh_xuan_2016

- code: procedures_level_3
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục mức độ 3, en: Procedures of level 3}
  description:
    vi: Thủ tục mức độ 3 trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: Procedures of level 3 over the procedures of the catalogue in force at the end of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: online_level = '3'}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: quan_11_2018

- code: procedures_level_4
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục mức độ 4, en: Procedures of level 4}
  description:
    vi: Thủ tục mức độ 4 trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: Procedures of level 4 over the procedures of the catalogue in force at the end of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: online_level = '4'}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: quan_11_2018

- code: procedures_partly_online
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục trực tuyến một phần, en: Procedures partly online}
  description:
    vi: Thủ tục trực tuyến một phần trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: Procedures partly online over the procedures of the catalogue in force at the end of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: online_level = 'partial'}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: decree_45_2020

- code: procedures_fully_online
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục trực tuyến toàn trình, en: Procedures fully online}
  description:
    vi: Thủ tục trực tuyến toàn trình trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: Procedures fully online over the procedures of the catalogue in force at the end of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: online_level = 'full'}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: decree_45_2020

- code: procedures_published
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục đã công khai, en: Procedures published}
  description:
    vi: Thủ tục công khai cả trên trang điện tử và tại quầy trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: >-
      Procedures published both on the web and at the counter over the procedures of the catalogue in force at the end
      of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: "published_web and published_counter"}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: quan_11_2018

- code: procedures_one_stop
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục qua một cửa, en: Procedures through the one-stop shop}
  description:
    vi: Thủ tục thực hiện qua một cửa trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: >-
      Procedures handled through the one-stop shop over the procedures of the catalogue in force at the end of the
      period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: one_stop}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  targets:
    - {from: 2020-01-01, value: 1, comparison: at_least, source: ha_noi_2017}
  source: ha_noi_2017

- code: procedures_iso
  version: 1
  valid_from: 2011-01-01
  theme: procedures
  name: {vi: Thủ tục có quy trình ISO, en: Procedures under quality management}
  description:
    vi: Thủ tục có quy trình quản lý chất lượng trên số thủ tục còn hiệu lực trong danh mục cuối kỳ.
    en: >-
      Procedures with a process of quality management over the procedures of the catalogue in force at the end of the
      period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: procedures, date: at_period_end, where: iso_process}
  denominator: {record_kind: procedures, date: at_period_end}
  empty_note: no_procedures
  source: quan_1_2011
{% endmacro %}
