-- Trễ hạn có làm người dân kém hài lòng không?
-- Are people whose dossier was late less satisfied?
--
-- An answer that names no dossier, or one of a system without dossier codes, is of neither kind.
select
    coalesce(dossier_timeliness, 'no dossier is named') as its_dossier,
    count(*) as valid_answers,
    count(*) filter (where is_satisfied) as satisfied_answers,
    round(avg(is_satisfied::integer), 3) as satisfied
from analyst.survey_responses_named
where district_code = 'quan_11' and is_valid
group by all
order by valid_answers desc
