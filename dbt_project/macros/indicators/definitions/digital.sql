{# By which ways dossiers come, are paid, kept and returned. #}
{% macro indicators__digital() %}
- code: in_person_filing_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ nộp trực tiếp, en: In-person filing rate}
  description:
    vi: Hồ sơ nộp qua kênh này trên số hồ sơ tiếp nhận trong kỳ; không ghi kênh thì tính là trực tiếp.
    en: Dossiers filed by this channel over those received in the period; no channel counts as in person.
  kind: ratio
  unit: share
  direction: neutral
  numerator: {record_kind: dossiers, date: received_date, where: channel = 'in_person'}
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  source: decree_45_2020

- code: postal_filing_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ nộp qua bưu chính, en: Postal filing rate}
  description:
    vi: Hồ sơ nộp qua kênh này trên số hồ sơ tiếp nhận trong kỳ; không ghi kênh thì tính là trực tiếp.
    en: Dossiers filed by this channel over those received in the period; no channel counts as in person.
  kind: ratio
  unit: share
  direction: neutral
  numerator: {record_kind: dossiers, date: received_date, where: channel = 'postal'}
  denominator: {record_kind: dossiers, date: received_date}
  empty_note: no_dossiers
  source: decree_45_2020

- code: online_payment_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ thanh toán trực tuyến, en: Online payment rate}
  description:
    vi: >-
      Hồ sơ kết thúc trong kỳ được ghi là có, trên số hồ sơ kết thúc trong kỳ có ghi nhận; không ghi là không biết,
      không phải không.
    en: >-
      Dossiers ended in the period that are recorded as such, over those ended in it for which it is recorded at all;
      no record is unknown, not no.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: paid_online}
  denominator: {record_kind: dossiers, date: end_date, where: paid_online is not null}
  empty_note: not_recorded
  source: decision_766

- code: electronic_result_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ kết quả điện tử, en: Electronic result rate}
  description:
    vi: >-
      Hồ sơ kết thúc trong kỳ được ghi là có, trên số hồ sơ kết thúc trong kỳ có ghi nhận; không ghi là không biết,
      không phải không.
    en: >-
      Dossiers ended in the period that are recorded as such, over those ended in it for which it is recorded at all;
      no record is unknown, not no.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: result_electronic}
  denominator: {record_kind: dossiers, date: end_date, where: result_electronic is not null}
  empty_note: not_recorded
  source: decision_766

- code: digitisation_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ số hóa hồ sơ, en: Digitisation rate}
  description:
    vi: >-
      Hồ sơ tiếp nhận trong kỳ được ghi là có, trên số hồ sơ tiếp nhận trong kỳ có ghi nhận; không ghi là không biết,
      không phải không.
    en: >-
      Dossiers received in the period that are recorded as such, over those received in it for which it is recorded at
      all; no record is unknown, not no.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: received_date, where: digitised}
  denominator: {record_kind: dossiers, date: received_date, where: digitised is not null}
  empty_note: not_recorded
  source: decision_766

- code: reuse_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ tái sử dụng dữ liệu, en: Data reuse rate}
  description:
    vi: >-
      Hồ sơ tiếp nhận trong kỳ được ghi là có, trên số hồ sơ tiếp nhận trong kỳ có ghi nhận; không ghi là không biết,
      không phải không.
    en: >-
      Dossiers received in the period that are recorded as such, over those received in it for which it is recorded at
      all; no record is unknown, not no.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: received_date, where: reused}
  denominator: {record_kind: dossiers, date: received_date, where: reused is not null}
  empty_note: not_recorded
  source: decision_766

- code: vneid_rate
  version: 1
  valid_from: 2011-01-01
  theme: digital
  name: {vi: Tỷ lệ tài khoản VNeID, en: VNeID account rate}
  description:
    vi: >-
      Hồ sơ tiếp nhận trong kỳ được ghi là có, trên số hồ sơ tiếp nhận trong kỳ có ghi nhận; không ghi là không biết,
      không phải không.
    en: >-
      Dossiers received in the period that are recorded as such, over those received in it for which it is recorded at
      all; no record is unknown, not no.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: received_date, where: vneid}
  denominator: {record_kind: dossiers, date: received_date, where: vneid is not null}
  empty_note: not_recorded
  source: decree_45_2020
{% endmacro %}
