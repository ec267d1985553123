{{ indicator_scorecard(['district_code'], 'ward_key is null') }}
