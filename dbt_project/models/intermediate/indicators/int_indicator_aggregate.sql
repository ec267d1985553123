{{ indicator_aggregate() }}
