-- Phường cũ nay thuộc phường nào?
-- Where did a former ward go?
select
    ward_name_before_vi,
    before_valid_from,
    before_valid_to,
    ward_name_now_vi,
    share_now,
    now_note
from analyst.wards_now
where district_name_before_vi = 'Quận 11'
order by ward_code_before, before_valid_from, ward_code_now
limit 8
