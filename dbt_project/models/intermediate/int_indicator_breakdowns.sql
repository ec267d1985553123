{{ indicator_breakdowns() }}
