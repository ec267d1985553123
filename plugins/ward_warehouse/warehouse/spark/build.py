"""One whole build on an engine of Spark's protocol, of which the build file ends as of DuckDB's own."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.build_file import open_build
from ward_warehouse.warehouse.spark.session import engine, hand_over

if TYPE_CHECKING:
    from collections.abc import Callable

    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

SEEDS = ["seed", "--full-refresh"]
# What analysts read are views by their text, over the tables: DuckDB makes those itself.
MODELS = ["run", "--full-refresh", "--exclude", "path:models/analyst,config.materialized:view_in_place"]


def build(
    settings: Settings, run: Callable[..., dbtRunnerResult], build_all: Callable[[Manifest], dbtRunnerResult]
) -> dbtRunnerResult:
    """Builds everything on the engine and takes it into the build file, where it is tested.

    Args:
        settings: of the warehouse.
        run: runs a command of dbt; with `target="spark"` on the engine.
        build_all: builds and tests everything in the build file, of a project that has been read.

    Returns:
        What the last command of dbt gave: the build in the build file, or the first command that did not end well.

    Raises:
        BuildError: the engine's packages are not installed, or it does not answer.
    """
    from dbt.contracts.graph.manifest import Manifest

    folder = settings.spark_folder
    try:
        with engine(settings.spark_packages):
            from ward_warehouse.warehouse.spark import adapter, made

            adapter.use()
            seeds = run(SEEDS)
            if not seeds.success:
                return seeds
            with open_build(settings) as db:
                hand_over(db, folder)
            models = run(MODELS, target="spark")
            if not models.success:
                return models
            parsed = run(["parse"])
            if not isinstance(parsed.result, Manifest):
                return parsed
            made.point_at(parsed.result, folder)
        return build_all(parsed.result)
    finally:
        # Copies of what the lake and the build file hold.
        shutil.rmtree(folder, ignore_errors=True)
