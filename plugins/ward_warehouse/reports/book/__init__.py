"""The dictionary to be printed: each indicator with its law and an example worked out by hand, and the dbt docs.

`example` makes the records of an example from the definition alone, `site` writes the pages.
"""
