"""One command of dbt, in this process, over the build file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ward_warehouse.core.settings import Settings

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

# The results are at hand in this process, and nobody reads the manifest of a night.
QUIET = ["--no-write-json"]


def run_dbt(
    settings: Settings,
    arguments: list[str],
    target_path: Path,
    *,
    whole: bool = True,
    manifest: Manifest | None = None,
    published: bool = False,
    target: str = "duckdb",
) -> dbtRunnerResult:
    """Runs one command of dbt in this process, over the build file.

    Args:
        settings: of the warehouse.
        arguments: flags of dbt, the command and its options.
        target_path: where dbt keeps what it parsed and writes.
        whole: whether models are made of all records.
        manifest: what `parse` gave in this process, so that it is not read a second time.
        published: reads the published file instead, which a build at the same time does not notice.
        target: of dbt's profile; the build file is DuckDB's whichever it is.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from ward_warehouse.warehouse.dbt_events import only_what_is_heard

    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    command = [
        "--no-version-check",
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",
        # The same order of tests and models, found in a fifth of the time.
        "--use-fast-test-edges",
        "--log-level",
        "none",
        # What a project that cannot be read lacks takes more lines than a task's log should have.
        "--log-level-file",
        "error",
        "--log-path",
        str(log_dir(settings)),
        *arguments,
        "--project-dir",
        str(settings.dbt_project_dir),
        "--profiles-dir",
        str(settings.dbt_project_dir),
        "--target-path",
        str(target_path),
        "--target",
        target,
    ]
    environment = _environment(
        WARD_WAREHOUSE_BUILD_DB=str(settings.published_file if published else settings.build_file),
        WARD_WAREHOUSE_BUILD_ACCESS="read_only" if published else "automatic",
        WARD_WAREHOUSE_BUILD_MEMORY=settings.build_memory,
        WARD_WAREHOUSE_SPARK_DIR=str(settings.spark_folder),
        DBT_BUILT_AT=datetime.now(UTC).isoformat(sep=" "),
        DBT_BUILD_OF="all" if whole else "changes",
    )
    with environment, only_what_is_heard():
        try:
            return dbtRunner(manifest).invoke(command)
        finally:
            # The adapter would keep the build file open, and with it its lock, until the process ends.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """What `profiles.yml` and the models read, for the time of the build."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def target_dir(settings: Settings) -> Path:
    """Where dbt keeps what it read of the project for the next time."""
    # Outside the warehouse, so that a warehouse made anew does not pay for parsing the whole project again.
    return settings.home.resolve() / "dbt"


def log_dir(settings: Settings) -> Path:
    """Where dbt writes its log."""
    return settings.home.resolve() / "logs" / "dbt"
