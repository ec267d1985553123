-- Người dân chưa hài lòng về yếu tố nào?
-- What are people least satisfied with?
select
    question,
    valid_answers,
    round(satisfied_share, 3) as satisfied,
    round(satisfied_share_low, 3) as low,
    round(satisfied_share_high, 3) as high,
    round(dont_know_share, 3) as dont_know
from marts.survey_statistics
where
    district_code = 'quan_11'
    and ward_key is null
    and period_grain = 'year'
    and mode = 'all'
order by satisfied, question
