{# The scorecard of Decision 766/QD-TTg (2022): blocks with their ceilings, 100 points in all, and the indices of each.
   An index has the indicator that feeds it; one without is fed by no record and stays not reported. Its ceiling is the
   decision's where a public text states it; else the indices of a block share the block's ceiling equally, and the
   scorecard says so in ceiling_basis. #}
{% macro decision_766_blocks() %}
    {% set blocks %}
- block: publication
  ceiling: 18
  indices:
    - {index: announced_on_time, vi: Thủ tục công bố đúng hạn, en: Procedures announced on time}
    - {index: updated_on_time, vi: Thủ tục cập nhật và công khai đúng hạn, en: Procedures updated on time}
    - {index: complete_content, vi: Thủ tục công khai đủ nội dung, en: Procedures published with full content}
    - {index: synchronised, vi: Hồ sơ đồng bộ lên Cổng Dịch vụ công quốc gia, en: Dossiers on the national portal}
- block: progress
  ceiling: 20
  indices:
    - index: on_time
      vi: Hồ sơ xử lý trước hạn và đúng hạn
      en: Dossiers handled in time
      ceiling: 20
      indicator: on_time_decision_766
- block: online_services
  ceiling: 12
  indices:
    - {index: procedures_online, vi: Thủ tục cung cấp trực tuyến, en: Procedures offered online}
    - {index: procedures_used_online, vi: Dịch vụ trực tuyến có phát sinh hồ sơ, en: Online procedures with a dossier}
    - {index: filed_online, vi: Hồ sơ nộp trực tuyến, en: Dossiers filed online, indicator: online_filing_rate}
- block: online_payment
  ceiling: 10
  indices:
    - {index: procedures_paid_online, vi: Thủ tục có thanh toán trực tuyến, en: Procedures paid online}
    - {index: paid_online, vi: Hồ sơ thanh toán trực tuyến, en: Dossiers paid online, indicator: online_payment_rate}
- block: digitisation
  ceiling: 22
  indices:
    - index: electronic_result
      vi: Hồ sơ cấp kết quả điện tử
      en: Dossiers with an electronic result
      indicator: electronic_result_rate
    - {index: digitised, vi: Hồ sơ được số hóa, en: Dossiers digitised, indicator: digitisation_rate}
    - {index: reused, vi: Hồ sơ tái sử dụng dữ liệu, en: Dossiers that reuse data, indicator: reuse_rate}
- block: satisfaction
  ceiling: 18
  indices:
    - {index: petitions_on_time, vi: Phản ánh kiến nghị xử lý đúng hạn, en: Petitions answered on time, ceiling: 6}
    - {index: petitions_satisfied, vi: Hài lòng trong xử lý phản ánh, en: Satisfied with petition handling, ceiling: 6}
    # 1 - (late share + petition and dislike share): without petitions it is not known, and no survey figure stands in.
    - {index: service_satisfied, vi: Hài lòng trong giải quyết thủ tục, en: Satisfied with the handling, ceiling: 6}
    {% endset %}
    {{ return(fromyaml(blocks)) }}
{% endmacro %}

{% macro decision_766_index_rows() %}
    {%- set rows = [] -%}
    {%- for block in decision_766_blocks() -%}
        {%- for index in block.indices -%}
            {%- set row -%}
select
    {{ sql_text(block.block) }} as block,
    cast({{ block.ceiling }} as double precision) as block_ceiling,
    {{ sql_text(index.index) }} as index_code,
    {{ sql_text(index.vi) }} as name_vi,
    {{ sql_text(index.en) }} as name_en,
    {{ sql_text(index.indicator) }} as indicator_code,
    cast({{ index.ceiling or block.ceiling }} as double precision)
        / {{ 1 if index.ceiling else block.indices | length }} as ceiling,
    '{{ "decision" if index.ceiling else "equal_share_of_block" }}' as ceiling_basis
            {%- endset -%}
            {%- do rows.append(row) -%}
        {%- endfor -%}
    {%- endfor -%}
{{ rows | join('\nunion all\n') }}
{% endmacro %}
