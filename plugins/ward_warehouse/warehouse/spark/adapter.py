"""dbt's Spark adapter, with the translation of the models' SQL and models in Python that run here.

The macros of the dbt project reach it as `adapter.translated(sql)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbt.adapters import spark
from dbt.adapters.base.impl import PythonJobHelper
from dbt.adapters.base.meta import available
from pyspark.sql import SparkSession

from ward_warehouse.warehouse.spark.dialect import translated

if TYPE_CHECKING:
    from dbt.adapters.spark import SparkCredentials


class RunHere(PythonJobHelper):
    """Runs a model in Python in this process: dbt-spark knows only how to send it to Databricks."""

    def __init__(self, parsed_model: dict[str, Any], credentials: SparkCredentials) -> None:
        pass

    def submit(self, compiled_code: str) -> None:
        """Runs the model and writes its rows."""
        exec(compiled_code, {"spark": SparkSession.builder.getOrCreate()})  # noqa: S102 - the project's own model


class SparkAdapter(spark.SparkAdapter):  # type: ignore[misc]
    """The Spark adapter of dbt for models that are written in DuckDB's SQL.

    dbt takes the module of an adapter from the name of its class, hence the same name.
    """

    @available
    def translated(self, sql: str) -> str:
        """One query of DuckDB's as Spark's SQL."""
        return translated(sql)

    @property
    def default_python_submission_method(self) -> str:
        """The only one."""
        return "here"

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        """How a model in Python runs."""
        return {"here": RunHere}


def use() -> None:
    """From now on dbt's target of type `spark` is built with the translating adapter, in this process."""
    spark.Plugin.adapter = SparkAdapter
