select * from raw.survey_responses
