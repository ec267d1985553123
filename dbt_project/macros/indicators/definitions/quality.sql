{# How well the work is done: promises changed, supplements, refusals, where a delay was caused. #}
{% macro indicators__quality() %}
- code: on_time_by_current_promise
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ đúng hạn theo hẹn hiện tại, en: On time by the current promise}
  description:
    vi: Như đúng hạn trên số đã giải quyết, tính theo ngày hẹn lại khi có.
    en: As on time of resolved, by the newly promised date where there is one.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: dossiers, date: end_date, where: "current_timeliness in ('early', 'on_time')"}
  denominator: {record_kind: dossiers, date: end_date, where: "current_timeliness in ('early', 'on_time', 'late')"}
  empty_note: no_dossiers
  source: decree_61_2018

- code: repromise_rate
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ hẹn lại, en: Re-promise rate}
  description:
    vi: Hồ sơ có ngày hẹn lại trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers with a newly promised date over those ended in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: repromised_due_date is not null}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: repromise_kept
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ giữ hẹn lại, en: New promise kept}
  description:
    vi: Hồ sơ kết thúc không sau giờ hẹn lại trên số hồ sơ có hẹn lại kết thúc trong kỳ.
    en: Dossiers ended not after the new promise over the re-promised dossiers ended in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: end_date
    where: repromised_due_at is not null and end_at <= repromised_due_at
  denominator: {record_kind: dossiers, date: end_date, where: repromised_due_at is not null}
  empty_note: no_dossiers
  source: decree_61_2018

- code: explanation_coverage
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ hồ sơ trễ có giải trình, en: Explanation coverage}
  description:
    vi: >-
      Hồ sơ trễ hạn không có thư xin lỗi nhưng có văn bản giải trình đến cuối kỳ, trên số hồ sơ trễ hạn không có thư
      xin lỗi đến cuối kỳ.
    en: >-
      Late dossiers without an apology letter but with a written explanation by the period's end, over the late
      dossiers without an apology by then.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: end_date
    where: >-
      timeliness = 'late' and (apology_date is null or apology_date > {period_end}) and explanation_date <=
      {period_end}
  denominator:
    record_kind: dossiers
    date: end_date
    where: "timeliness = 'late' and (apology_date is null or apology_date > {period_end})"
  empty_note: no_dossiers
  source: quan_1_2011

- code: supplement_rate
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ phải bổ sung, en: Supplement rate}
  description:
    vi: Hồ sơ bị yêu cầu bổ sung ít nhất một lần trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers with at least one supplement request over those ended in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: supplement_requests > 0}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: repeated_supplement_rate
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ bổ sung nhiều lần, en: Repeated supplement rate}
  description:
    vi: Hồ sơ bị yêu cầu bổ sung hơn một lần trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers with more than one supplement request over those ended in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: supplement_requests > 1}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: rejection_rate
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ từ chối, en: Rejection rate}
  description:
    vi: Hồ sơ không được tiếp nhận hoặc bị dừng, không tính hồ sơ người nộp tự rút, trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers refused or stopped, those withdrawn by the applicant left out, over those ended in the period.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: dossiers, date: end_date, where: "status in ('not_accepted', 'stopped')"}
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: first_time_right
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ đúng ngay lần đầu, en: First time right}
  description:
    vi: Hồ sơ có kết quả mà không phải bổ sung và không hẹn lại, trên số hồ sơ kết thúc trong kỳ.
    en: Dossiers with a result, no supplement request and no new promise, over those ended in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: dossiers
    date: end_date
    where: "supplement_requests = 0 and repromised_due_date is null and status in ('resolved', 'returned')"
  denominator: {record_kind: dossiers, date: end_date}
  empty_note: no_dossiers
  source: decree_61_2018

- code: late_outside_share
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ lệ trễ do nơi khác, en: Late outside the unit}
  description:
    vi: Hồ sơ trễ hạn do đơn vị khác giải quyết trên số hồ sơ giải quyết trễ hạn trong kỳ có ghi đơn vị giải quyết.
    en: >-
      Late dossiers resolved by another unit than the one that received them, over the late dossiers of the period
      that name both units.
  kind: ratio
  unit: share
  direction: neutral
  numerator: {record_kind: dossiers, date: end_date, where: timeliness = 'late' and is_resolved_elsewhere}
  denominator:
    record_kind: dossiers
    date: end_date
    where: timeliness = 'late' and resolving_unit is not null and receiving_unit is not null
  empty_note: no_dossiers
  source: decree_61_2018

- code: officer_load_top_share
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Tỷ trọng của cán bộ nhiều việc nhất, en: Share of the busiest officer}
  description:
    vi: >-
      Số hồ sơ kết thúc của cán bộ nhiều hồ sơ nhất trên số hồ sơ kết thúc trong kỳ có ghi cán bộ; cán bộ chỉ là mã
      băm.
    en: >-
      Dossiers of the officer with the most over the dossiers ended in the period that name an officer; officers are
      keyed hashes.
  kind: concentration
  unit: share
  direction: neutral
  value_of: officer_key
  denominator: {record_kind: dossiers, date: end_date, where: officer_key is not null}
  empty_note: not_recorded
  small_number_threshold: 5
  source: decree_61_2018

- code: officers_at_work
  version: 1
  valid_from: 2011-01-01
  theme: quality
  name: {vi: Số cán bộ giải quyết hồ sơ, en: Officers at work}
  description:
    vi: Số cán bộ khác nhau, theo mã băm, có hồ sơ kết thúc trong kỳ.
    en: Different officers, as keyed hashes, with a dossier ended in the period.
  kind: distinct
  unit: officers
  direction: neutral
  value_of: officer_key
  numerator: {record_kind: dossiers, date: end_date, where: officer_key is not null}
  source: decree_61_2018
{% endmacro %}
