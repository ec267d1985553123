"""What people read: the night's table, scorecards, the dictionary of indicators.

It reads what is published and what the lake says of a night, and changes neither.
"""
