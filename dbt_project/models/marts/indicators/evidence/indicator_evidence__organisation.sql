{{ indicator_evidence('organisation') }}
