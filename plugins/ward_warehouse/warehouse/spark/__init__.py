"""The distributed build: the models' SQL, translated, on an engine of Spark's protocol (Sail, Spark).

Only whole builds. What the engine made comes back into the build file, where the same tests judge it as always, so
that publishing, reports and commands know nothing of the engine.
"""

from ward_warehouse.warehouse.spark.build import build

__all__ = ["build"]
