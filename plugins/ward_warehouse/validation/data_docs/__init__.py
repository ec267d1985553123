"""Great Expectations' Data Docs of the published warehouse: each suite, and what its rules found night by night.

Their counts are `audit.validation_results`, counts of records. The judge's own results are not shown: it sees each
distinct value once, for all wards together, so they count values, and they hold the values themselves. No page holds a
value, runs a script or loads anything from another host.
"""
