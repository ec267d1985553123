select * from raw.validation_results
