{{ indicator_scorecard(['ward_key', 'district_code'], 'ward_key is not null') }}
