{{ indicator_evidence('oversight') }}
