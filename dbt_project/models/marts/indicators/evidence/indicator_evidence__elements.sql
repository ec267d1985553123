{{ indicator_evidence('elements') }}
