{{ indicator_sums('reporting_nights') }}
