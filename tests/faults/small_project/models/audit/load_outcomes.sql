select * from raw.load_outcomes
