{{ indicator_evidence('reporting') }}
