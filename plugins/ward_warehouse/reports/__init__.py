"""What people read: morning and status pages, messages and letters, periodic reports, dashboards, evidence, open data.

It reads what is published and what the lake says of a night, and changes neither; of what it sent it keeps a record.
"""
