{{ indicator_medians() }}
