"""A night, step by step, as the command line, the DAGs and the tests all run it, and the verdict on it.

It orders the rooms above and notes one outcome for each step; how a step works is theirs.
"""
