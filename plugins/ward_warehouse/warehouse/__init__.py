"""The warehouse: raw tables loaded from the lake, the dbt build on top of them, and its publishing.

It reads the lake and writes only what can be made again from it, and the restatements, which are kept there.
"""
