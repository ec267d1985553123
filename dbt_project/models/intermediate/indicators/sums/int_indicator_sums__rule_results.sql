{{ indicator_sums('rule_results') }}
