"""What is hidden beside small numbers, decided by ward_warehouse.warehouse.suppression; a night decides what changed.

Python, because each decision looks at those before it, which no statement of SQL does in bounded time.
"""

import os

from ward_warehouse.warehouse import suppression


def model(dbt, session):
    """The decisions of every component: those of the last build where its figures are the same, else made anew."""
    dbt.config(materialized="table")
    # Each engine's own way to hand over rows: DuckDB's relation, Spark's data frame.
    cells, components = dbt.ref("int_suppression_cells"), dbt.ref("int_suppression_components")
    # Read here and there: what the last build hid is put aside before it is replaced. Of a night those are kept whose
    # cells are the same; what a night is: macros/changes.sql.
    dbt.ref("int_suppressed_figures__before")
    kept = session.table(str(dbt.this)) if os.environ.get("DBT_BUILD_OF") == "changes" else None
    return suppression.decide(cells, components, kept)
