{{ indicator_sums('survey_responses') }}
