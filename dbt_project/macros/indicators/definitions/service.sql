{# How the counter serves: on Saturdays, and over the network. #}
{% macro indicators__service() %}
- code: saturday_dossiers
  version: 1
  valid_from: 2011-01-01
  theme: service
  name: {vi: Hồ sơ giải quyết ngày thứ bảy, en: Dossiers resolved on a Saturday}
  description:
    vi: Hồ sơ kết thúc xử lý trong kỳ vào ngày thứ bảy, không tính các ngày thứ bảy làm bù.
    en: Dossiers ended in the period on a Saturday, official make-up Saturdays left out.
  kind: count
  unit: dossiers
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: is_saturday_resolution}
  source: quan_11_2018
  scorecard: true

- code: saturday_share
  version: 1
  valid_from: 2011-01-01
  theme: service
  name: {vi: Tỷ lệ hồ sơ giải quyết ngày thứ bảy, en: Share of dossiers resolved on a Saturday}
  description:
    vi: Hồ sơ giải quyết ngày thứ bảy, không tính ngày làm bù, trên số hồ sơ đã giải quyết trong kỳ.
    en: Dossiers resolved on a Saturday, make-up days left out, over the dossiers resolved in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: is_saturday_resolution}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: quan_11_2018
  scorecard: true

- code: online_filing_rate
  version: 1
  valid_from: 2011-01-01
  theme: service
  name: {vi: Tỷ lệ hồ sơ nộp qua mạng, en: Online filing rate}
  description:
    vi: Hồ sơ nộp trực tuyến trên số hồ sơ tiếp nhận trong kỳ; không ghi kênh nộp thì tính là nộp trực tiếp.
    en: Dossiers filed online over the dossiers received in the period; no channel counts as in person.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: received_date, where: channel = 'online'}
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  breakdowns: [procedure, field, authority]
  source: quan_11_2018
  scorecard: true

- code: online_filing_rate_level_3_4
  version: 1
  valid_from: 2011-01-01
  theme: service
  name: {vi: Tỷ lệ nộp qua mạng của thủ tục mức độ 3 và 4, en: Online filing rate of level 3 and 4 procedures}
  description:
    vi: Hồ sơ nộp trực tuyến trên số hồ sơ tiếp nhận trong kỳ của các thủ tục mức độ 3, 4, một phần hoặc toàn trình.
    en: >-
      Dossiers filed online over the dossiers received in the period, of procedures of level 3 or 4, partly or fully
      online.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: received_date
    where: channel = 'online' and procedure_online_level in ('3', '4', 'partial', 'full')
  denominator:
    record_kind: dossiers
    date: received_date
    where: procedure_online_level in ('3', '4', 'partial', 'full')
  empty_note: no_dossiers
  source: quan_11_2018

- code: saturday_service_held
  version: 1
  valid_from: 2011-01-01
  theme: service
  name: {vi: Thứ bảy có làm việc, en: Saturday service held}
  description:
    vi: >-
      Ngày thứ bảy có tiếp nhận hoặc giải quyết hồ sơ trên số ngày thứ bảy trong kỳ kể từ buổi đầu tiên của đơn vị,
      không tính ngày lễ và ngày làm bù.
    en: >-
      Saturdays with a dossier received or ended over the period's Saturdays since the unit's first one, holidays and
      make-up days left out.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: service_saturdays, date: service_date, where: is_held}
  denominator: {record_kind: service_saturdays, date: service_date}
  empty_note: no_saturdays
  source: ha_noi_2017
{% endmacro %}
