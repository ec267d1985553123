{{ indicator_evidence('procedures') }}
