{# Where a definition or a target comes from. #}
{% macro indicator_sources() %}
    {% set sources %}
quan_1_2011:
  vi: Kiểm tra công tác cải cách hành chính Quận 1, 9 tháng đầu năm 2011
  en: Inspection of administrative reform in District 1, first nine months of 2011
ba_dinh_2011:
  vi: Giao ban cải cách hành chính quận Ba Đình, tháng 10/2011
  en: Review of administrative reform in Ba Dinh district, October 2011
thanh_xuan_2016:
  vi: Kết quả giải quyết thủ tục hành chính quận Thanh Xuân, 6 tháng đầu năm 2016
  en: Results of Thanh Xuan district in handling procedures, first half of 2016
quan_11_2018:
  vi: Kết quả cải cách hành chính Quận 11 năm 2018
  en: Results of District 11 in administrative reform, 2018
ha_noi_2017:
  vi: Mục tiêu cải cách hành chính Hà Nội đến năm 2018 và 2020, công bố ngày 21/3/2017
  en: Ha Noi's administrative reform goals for 2018 and 2020, announced on 21 March 2017
decree_61_2018:
  vi: Nghị định 61/2018/NĐ-CP về cơ chế một cửa, một cửa liên thông
  en: Decree 61/2018/ND-CP on the one-stop-shop mechanism
decree_45_2020:
  vi: Nghị định 45/2020/NĐ-CP về thực hiện thủ tục hành chính trên môi trường điện tử
  en: Decree 45/2020/ND-CP on administrative procedures in the electronic environment
decision_766:
  vi: Quyết định 766/QĐ-TTg ngày 23/6/2022, bộ chỉ số chỉ đạo, điều hành và đánh giá chất lượng phục vụ
  en: Decision 766/QD-TTg of 23 June 2022, indices of direction and of service quality
sipas:
  vi: Phương pháp đo lường sự hài lòng SIPAS của Bộ Nội vụ, năm yếu tố
  en: SIPAS satisfaction measurement of the Ministry of Home Affairs, five elements
quality_control:
  vi: Kiểm soát chất lượng dữ liệu của kho dữ liệu
  en: Data quality control of this warehouse
    {% endset %}
    {{ return(fromyaml(sources)) }}
{% endmacro %}
