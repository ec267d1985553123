"""The evidence pack: what a ward lays before those who check its own scores at the end of a year."""
