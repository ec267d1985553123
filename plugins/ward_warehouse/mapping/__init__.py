"""A source's values to the contract of its record kind, in one statement that also treats personal data.

It works on frames in memory and may not touch the lake: nothing of a citizen is written before it is through here.
"""
