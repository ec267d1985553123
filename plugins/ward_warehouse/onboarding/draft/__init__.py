"""First drafts of registry entries, from a connection or a sample file: every guess is marked as one."""
