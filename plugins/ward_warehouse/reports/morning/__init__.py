"""The morning page: whether a district's night is complete, what is missing, what to do, and who does it.

One dataclass, `model.Morning`, built from the lake's outcomes and the published warehouse (the build may have failed);
the page, the terminal and the JSON all show it.
"""
