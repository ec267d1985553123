{# What is promised, checked and answered: figures of ward returns about reviews, milestones, inspections, letters and
   petitions. #}
{% macro indicators__oversight() %}
- code: procedure_review_departments
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Phòng hoàn thành rà soát thủ tục, en: Departments done with the procedure review}
  description:
    vi: Phòng đã hoàn thành rà soát thủ tục hành chính trên số phòng, theo báo cáo mới nhất trong kỳ.
    en: >-
      Departments that finished the review of procedures over the departments, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'procedure_review.department.done' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'procedure_review.department.done' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: ba_dinh_2011

- code: procedure_review_under_way
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Phòng đang rà soát thủ tục, en: Departments in the middle of the procedure review}
  description:
    vi: Phòng đang rà soát trên số phòng như đơn vị báo cáo; cơ sở khác với số phòng thì giữ nguyên và được đánh dấu.
    en: >-
      Departments at work on the review over the base as it was reported; a base that contradicts another is kept and
      flagged.
  kind: ratio
  unit: share
  direction: neutral
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'procedure_review.department.under_way' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'procedure_review.department.under_way' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: ba_dinh_2011

- code: procedure_review_wards
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Phường nộp báo cáo rà soát, en: Wards that reported their procedure review}
  description:
    vi: Phường đã hoàn thành báo cáo kết quả rà soát trên số phường, theo báo cáo mới nhất trong kỳ.
    en: Wards that finished the report on their review over the wards, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'procedure_review.ward.done' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'procedure_review.ward.done' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: ba_dinh_2011

- code: milestones_met
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Mốc tiến độ hoàn thành đúng ngày, en: Milestones met on time}
  description:
    vi: Đơn vị hoàn thành đúng ngày trên số đơn vị phải hoàn thành, cộng các mốc có thời hạn trong kỳ.
    en: >-
      Units that were done by the date over the units that had to be, summed over the milestones that end in the
      period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code like 'milestone.%' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code like 'milestone.%' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: ba_dinh_2011

- code: inspection_findings_closed
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Kiến nghị sau kiểm tra đã khắc phục, en: Inspection findings closed}
  description:
    vi: Tồn tại đã khắc phục trên số tồn tại phát hiện qua kiểm tra và tự kiểm tra trong kỳ.
    en: Findings closed over those found by inspections and self-inspections of the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'inspection_findings_closed'
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'inspection_findings_closed'
    sum_of: base
  empty_note: not_reported
  source: ba_dinh_2011

- code: letters_on_time
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Đơn thư giải quyết đúng hạn, en: Citizens' letters resolved on time}
  description:
    vi: Đơn thư công dân giải quyết đúng hạn trên số đơn thư đến hạn trong kỳ.
    en: Letters resolved on time over the letters due in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: ward_returns, date: counted_date, where: item_code = 'letters_on_time', sum_of: quantity}
  denominator: {record_kind: ward_returns, date: counted_date, where: item_code = 'letters_on_time', sum_of: base}
  empty_note: not_reported
  source: quan_1_2011

- code: petitions_on_time
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Phản ánh trả lời đúng hạn, en: Petitions answered on time}
  description:
    vi: Phản ánh trả lời đúng hạn trên số phản ánh đến hạn trong kỳ, qua ứng dụng và các kênh khác.
    en: Petitions answered on time over those due in the period, by the application and other ways.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator: {record_kind: ward_returns, date: counted_date, where: item_code = 'petitions_on_time', sum_of: quantity}
  denominator: {record_kind: ward_returns, date: counted_date, where: item_code = 'petitions_on_time', sum_of: base}
  empty_note: not_reported
  source: quan_11_2018

- code: evaluations_on_schedule
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Đánh giá định kỳ đúng lịch, en: Evaluations done on schedule}
  description:
    vi: Lượt đánh giá công chức đã làm trên số lượt phải làm trong kỳ.
    en: Evaluations of officers done over those due in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'evaluations_on_schedule'
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'evaluations_on_schedule'
    sum_of: base
  empty_note: not_reported
  source: ha_noi_2017

- code: roadmap_level_3
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Lộ trình thủ tục mức độ 3, en: Roadmap of level 3 procedures}
  description:
    vi: Thủ tục đã đạt mức độ 3 trong năm trên số thủ tục theo lộ trình, theo báo cáo mới nhất trong kỳ.
    en: Procedures that reached level 3 over those of the year's roadmap, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'roadmap_level_3' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'roadmap_level_3' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: thanh_xuan_2016

- code: roadmap_level_4
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Lộ trình thủ tục mức độ 4, en: Roadmap of level 4 procedures}
  description:
    vi: Thủ tục đã đạt mức độ 4 trong năm trên số thủ tục theo lộ trình, theo báo cáo mới nhất trong kỳ.
    en: Procedures that reached level 4 over those of the year's roadmap, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'roadmap_level_4' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'roadmap_level_4' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: thanh_xuan_2016

- code: dialogue_opinions_at_least
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Ý kiến tại đối thoại (ít nhất), en: Opinions at a dialogue (at least)}
  description:
    vi: Số ý kiến của người dân tại buổi đối thoại trong kỳ; con số có chữ hơn, trên là cận dưới và tổng là cận dưới.
    en: >-
      Opinions of citizens at dialogues of the period; a figure with 'more than' is a lower bound, and so is the sum.
  kind: count
  unit: opinions
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'dialogue_opinions'
    sum_of: least_quantity
  source: thanh_xuan_2016

- code: dialogue_satisfied_at_least
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Ý kiến hài lòng tại đối thoại (ít nhất), en: Satisfied opinions at a dialogue (at least)}
  description:
    vi: Số ý kiến hài lòng tại buổi đối thoại trong kỳ; con số có chữ hơn, trên là cận dưới và tổng là cận dưới.
    en: Satisfied opinions at dialogues of the period; a figure with 'more than' is a lower bound, and so is the sum.
  kind: count
  unit: opinions
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'dialogue_satisfied'
    sum_of: least_quantity
  source: thanh_xuan_2016

- code: contradicting_bases
  version: 1
  valid_from: 2011-01-01
  theme: oversight
  name: {vi: Số liệu có cơ sở mâu thuẫn, en: Figures whose bases contradict}
  description:
    vi: Số liệu báo cáo mà tổng cơ sở khác với chỉ tiêu cùng nhóm của cùng kỳ; số liệu giữ nguyên như báo cáo.
    en: >-
      Reported figures whose item has another total base than an item of its group in the same period; they are kept
      as reported.
  kind: ratio
  unit: share
  direction: lower_is_better
  numerator: {record_kind: ward_returns, date: counted_date, where: base_contradicts}
  denominator: {record_kind: ward_returns, date: counted_date, where: base is not null}
  empty_note: not_reported
  source: quality_control
{% endmacro %}
