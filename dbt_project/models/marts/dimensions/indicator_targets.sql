{{ indicator_target_rows() }}
