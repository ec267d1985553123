{{ indicator_sums('dossiers') }}
