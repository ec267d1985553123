{{ indicator_evidence('timeliness') }}
