-- Mức hài lòng là bao nhiêu, và chắc đến đâu?
-- How satisfied are people, and how sure is that?
--
-- People choose themselves whether they answer: the band says how far chance alone may be off, and the share is no
-- SIPAS figure.
select
    units.ward_name_vi,
    votes.valid_answers,
    round(votes.satisfied_share, 3) as satisfied,
    round(votes.satisfied_share_low, 3) as low,
    round(votes.satisfied_share_high, 3) as high,
    votes.value_note
from marts.survey_statistics as votes
inner join marts.dim_ward as units on coalesce(votes.ward_key, votes.district_code) = units.ward_key
where
    votes.district_code = 'quan_11'
    and votes.period_grain = 'month'
    and votes.period_start = date '2018-11-01'
    and votes.question = 'overall'
    and votes.mode = 'all'
order by votes.satisfied_share_low, units.ward_name_vi
limit 5
