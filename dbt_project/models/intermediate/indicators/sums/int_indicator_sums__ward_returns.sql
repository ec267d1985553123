{{ indicator_sums('ward_returns') }}
