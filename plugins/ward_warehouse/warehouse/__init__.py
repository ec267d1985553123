"""The warehouse: raw tables loaded from the lake, and the dbt build on top of them."""
