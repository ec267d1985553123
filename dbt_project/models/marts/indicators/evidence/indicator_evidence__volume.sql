{{ indicator_evidence('volume') }}
