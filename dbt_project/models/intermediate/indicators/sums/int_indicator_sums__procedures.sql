{{ indicator_sums('procedures') }}
