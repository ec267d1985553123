{{ indicator_evidence('integrity') }}
