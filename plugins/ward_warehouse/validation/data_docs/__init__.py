"""Data Docs of the published warehouse: each suite, and what its rules found night by night.

Their counts are `audit.validation_results`, counts of records, drawn by templates. Great Expectations words the
expectations; its own pages are not used: the judge sees each distinct value once, for all wards together, so that its
results count values, and hold them. No page holds a value, runs a script or loads anything from another host.
"""
