{{ indicator_distributions() }}
