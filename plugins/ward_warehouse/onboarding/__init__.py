"""How a ward comes into the registry: drafts of its entries, and the checks of what stands there.

It reads samples of a ward's system and writes drafts of registry files, never a record.
"""
