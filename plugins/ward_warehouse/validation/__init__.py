"""The suites and their judge, the guards of a batch, the commit of both its sides, and the pages on what was found.

It decides what is accepted, quarantined or held; it may write to the lake, and neither reads a ward nor a warehouse.
"""
