"""PostgreSQL as a place where the warehouse is served: many readers at once, each with a role.

An audited build is put there in one transaction, table by table, by delete and insert: readers that are at work keep
what they see, grants and views of others stay, and a publish that fails or is killed leaves what was there.
"""
