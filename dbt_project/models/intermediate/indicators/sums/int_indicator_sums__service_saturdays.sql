{{ indicator_sums('service_saturdays') }}
