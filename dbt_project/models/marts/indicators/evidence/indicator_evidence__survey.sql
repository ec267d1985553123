{{ indicator_evidence('survey') }}
