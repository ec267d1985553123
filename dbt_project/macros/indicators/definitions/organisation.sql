{# What the district's offices report about their work and their people: figures of ward returns. An item that says how
   far something has come counts as its newest return in a period; an item that counts what happened adds up. #}
{% macro indicators__organisation() %}
- code: task_completion
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Đầu việc hoàn thành, en: Tasks completed}
  description:
    vi: Đầu việc đã hoàn thành trên số đầu việc theo kế hoạch, theo báo cáo mới nhất trong kỳ.
    en: Tasks done over the tasks planned, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'task_completion' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'task_completion' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: quan_11_2018

- code: focus_tasks
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Nhiệm vụ trọng tâm hoàn thành, en: Focus tasks completed}
  description:
    vi: Nhiệm vụ trọng tâm đã hoàn thành trên số nhiệm vụ được giao, theo báo cáo mới nhất trong kỳ.
    en: Focus tasks done over those that were set, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'focus_tasks' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'focus_tasks' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: ba_dinh_2011

- code: registered_initiatives_at_least
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Sáng kiến đăng ký (ít nhất), en: Initiatives registered (at least)}
  description:
    vi: Số sáng kiến đăng ký theo báo cáo trong kỳ; con số có chữ hơn, trên là cận dưới và tổng là cận dưới.
    en: >-
      Initiatives registered as reported for the period; a figure with 'more than' is a lower bound, and so is the
      sum.
  kind: count
  unit: initiatives
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'registered_initiatives'
    sum_of: least_quantity
  source: quan_11_2018

- code: departments_with_regulation
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Phòng đã ban hành quy chế mới, en: Departments with a new regulation}
  description:
    vi: Phòng chuyên môn đã ban hành quy chế tổ chức và hoạt động mới trên số phòng, theo báo cáo mới nhất trong kỳ.
    en: Departments that issued their new regulation over the departments, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'departments_with_regulation' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'departments_with_regulation' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: quan_11_2018

- code: administrative_posts_cut
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Biên chế hành chính đã tinh giản, en: Administrative posts cut}
  description:
    vi: Số biên chế hành chính giảm theo báo cáo trong kỳ.
    en: Administrative posts cut as reported for the period.
  kind: count
  unit: posts
  direction: neutral
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'administrative_posts_cut'
    sum_of: quantity
  source: quan_11_2018

- code: service_posts_cut
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Biên chế sự nghiệp đã giảm, en: Posts of public services cut}
  description:
    vi: Số biên chế sự nghiệp giảm theo báo cáo trong kỳ.
    en: Posts of public service units cut as reported for the period.
  kind: count
  unit: posts
  direction: neutral
  numerator: {record_kind: ward_returns, date: counted_date, where: item_code = 'service_posts_cut', sum_of: quantity}
  source: quan_11_2018

- code: staff_rotated
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Công chức luân chuyển, en: Staff rotated}
  description:
    vi: Số cán bộ công chức viên chức chuyển đổi vị trí công tác theo báo cáo trong kỳ.
    en: Officers moved to another post as reported for the period.
  kind: count
  unit: people
  direction: neutral
  numerator: {record_kind: ward_returns, date: counted_date, where: item_code = 'staff_rotated', sum_of: quantity}
  source: quan_11_2018

- code: training_turns_at_least
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Lượt đào tạo (ít nhất), en: Training turns (at least)}
  description:
    vi: >-
      Số lượt người dự đào tạo bồi dưỡng theo báo cáo trong kỳ; con số có chữ hơn, trên là cận dưới và tổng là cận
      dưới.
    en: Turns of training as reported for the period; a figure with 'more than' is a lower bound, and so is the sum.
  kind: count
  unit: turns
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: item_code = 'training_turns'
    sum_of: least_quantity
  source: quan_1_2011

- code: persons_trained
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Người được tập huấn, en: Persons trained}
  description:
    vi: Số cán bộ công chức được tập huấn theo báo cáo trong kỳ.
    en: Officers trained as reported for the period.
  kind: count
  unit: people
  direction: higher_is_better
  numerator: {record_kind: ward_returns, date: counted_date, where: item_code = 'persons_trained', sum_of: quantity}
  source: quan_1_2011

- code: commendations
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Lượt tuyên dương, en: Commendations}
  description:
    vi: Số lượt cán bộ công chức được tuyên dương theo báo cáo trong kỳ.
    en: Commendations of officers as reported for the period.
  kind: count
  unit: turns
  direction: higher_is_better
  numerator: {record_kind: ward_returns, date: counted_date, where: item_code = 'commendations', sum_of: quantity}
  source: quan_1_2011

- code: devices_installed
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Máy đánh giá đã lắp đặt, en: Survey devices installed}
  description:
    vi: >-
      Số thiết bị khảo sát đã lắp đặt theo báo cáo mới nhất trong kỳ; số có lượt đánh giá là chỉ số
      devices_with_a_vote.
    en: Survey devices installed as of the newest return in the period; those that were used are devices_with_a_vote.
  kind: count
  unit: devices
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'devices_installed' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  source: quan_1_2011

- code: camera_coverage
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Bộ phận một cửa có camera, en: Counters with a camera}
  description:
    vi: Bộ phận một cửa của phường có camera giám sát trên số phường, theo báo cáo mới nhất trong kỳ.
    en: Wards whose counter has a camera over the wards, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'camera_coverage' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'camera_coverage' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: thanh_xuan_2016

- code: conduct_items_posted
  version: 1
  valid_from: 2011-01-01
  theme: organisation
  name: {vi: Nơi niêm yết 10 nội dung ứng xử, en: Counters with the ten conduct items posted}
  description:
    vi: Bộ phận tiếp dân đã niêm yết đủ 10 nội dung trên số bộ phận, theo báo cáo mới nhất trong kỳ.
    en: Counters that posted all ten items of conduct over the counters, as of the newest return in the period.
  kind: ratio
  unit: share
  direction: higher_is_better
  numerator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'conduct_items_posted' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: quantity
  denominator:
    record_kind: ward_returns
    date: counted_date
    where: "item_code = 'conduct_items_posted' and coalesce(next_counted_date > {period_end}, true)"
    sum_of: base
  empty_note: not_reported
  source: ha_noi_2017
{% endmacro %}
