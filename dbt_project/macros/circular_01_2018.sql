{# The form of Circular 01/2018/TT-VPCP, chapter III (criteria: Decree 61/2018/ND-CP, article 31): nine criteria of two
   points, 18 in all. A criterion's points are the mean of what its dossiers or assessments were given: 2, 1 or 0.
   total_time is counted from the dossiers: 2 when shorter than the limit, 1 when equal to it, 0 when longer. The others
   ask what no record says - a unit's own share of the time, contacts that were not the applicant's fault, what an
   assessor saw - so that they are the unit's own assessment, item circular_01_2018_<criterion> of its quarterly return:
   numerator the points given, denominator the assessments. Without one the criterion is not reported. #}
{% macro circular_01_2018_criteria() %}
    {% set criteria %}
- {criterion: total_time, basis: records, vi: Tổng thời gian giải quyết so với quy định, en: Total time against the limit}
- criterion: unit_time
  basis: ward_return
  vi: Thời gian thực hiện của từng cơ quan, đơn vị tham gia so với quy định
  en: Time of each participating unit against its limit
- criterion: contacts
  basis: ward_return
  vi: Số lần phải liên hệ với nơi tiếp nhận để hoàn thiện hồ sơ
  en: Contacts with the counter to complete the dossier
- criterion: agencies_contacted
  basis: ward_return
  vi: Số cơ quan, đơn vị, tổ chức phải liên hệ để hoàn thiện hồ sơ
  en: Agencies to be contacted to complete the dossier
- criterion: one_stop_organisation
  basis: ward_return
  vi: Tổ chức tiếp nhận, giải quyết, trả kết quả tại Bộ phận Một cửa
  en: Reception, handling and return at the one-stop shop
- {criterion: staff_attitude, basis: ward_return, vi: Thái độ của công chức, en: Attitude of the staff}
- criterion: feedback_handling
  basis: ward_return
  vi: Tiếp thu, giải trình ý kiến phản ánh, kiến nghị
  en: Petitions and feedback heard and answered
- {criterion: publication, basis: ward_return, vi: Công khai thủ tục hành chính, en: Publication of procedures}
- criterion: online_services
  basis: ward_return
  vi: Tiến độ và chất lượng cung cấp dịch vụ công trực tuyến
  en: Progress and quality of online services
    {% endset %}
    {{ return(fromyaml(criteria)) }}
{% endmacro %}

{# The classes of the total, best first, each from its points on: exactly 15 is excellent. #}
{% macro circular_01_2018_classes() %}
    {{ return([(15, 'excellent'), (12, 'good'), (9, 'fair'), (6, 'average'), (0, 'weak')]) }}
{% endmacro %}

{% macro circular_01_2018_criterion_rows() %}
    {%- for row in circular_01_2018_criteria() %}
    select
        {{ sql_text(row.criterion) }} as criterion,
        {{ sql_text(row.basis) }} as basis,
        {{ sql_text(row.vi) }} as name_vi,
        {{ sql_text(row.en) }} as name_en
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
