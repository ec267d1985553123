{{ indicator_evidence('digital') }}
