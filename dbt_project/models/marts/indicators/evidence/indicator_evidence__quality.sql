{{ indicator_evidence('quality') }}
