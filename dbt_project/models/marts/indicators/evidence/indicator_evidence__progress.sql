{{ indicator_evidence('progress') }}
