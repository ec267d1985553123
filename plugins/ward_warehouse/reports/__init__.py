"""What people read in the terminal: the night's table and the scorecards."""
