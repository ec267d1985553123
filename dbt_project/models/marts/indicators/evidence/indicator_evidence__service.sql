{{ indicator_evidence('service') }}
