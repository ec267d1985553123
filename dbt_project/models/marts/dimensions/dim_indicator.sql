{{ indicator_rows() }}
