select * from {{ mart('indicators_named') }}
where period_grain = 'quarter'
