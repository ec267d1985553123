"""One command of dbt, in this process, over the build file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

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
    built = {"DBT_BUILT_AT": datetime.now(UTC).isoformat(sep=" "), "DBT_BUILD_OF": "all" if whole else "changes"}
    with _environment(**_named_by_profiles(settings, published), **built), only_what_is_heard():
        try:
            return dbtRunner(manifest).invoke(command)
        finally:
            # The adapter would keep the build file open, and with it its lock, until the process ends.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def connection_options(settings: Settings) -> dict[str, Any] | None:
    """The options with which dbt opens the build file, by the profile of the project; None where only dbt can tell.

    The project is a setting, and one of somebody's own has a profile of its own.
    """
    from dbt.config.profile import read_profile
    from dbt.config.renderer import ProfileRenderer
    from dbt_common.context import set_invocation_context

    folder = settings.dbt_project_dir
    try:
        with _environment(**_named_by_profiles(settings)):
            set_invocation_context(os.environ)
            name = yaml.safe_load((folder / "dbt_project.yml").read_text("utf-8"))["profile"]
            output = ProfileRenderer({}).render_data(read_profile(str(folder))[name]["outputs"]["duckdb"])
    except Exception:
        # What is wrong with it dbt says when it is run, in a sentence that names the file.
        return None
    if output.get("plugins") or output.get("path") != str(settings.build_file):
        return None
    return dict(output.get("config_options") or {})


def _named_by_profiles(settings: Settings, published: bool = False) -> dict[str, str]:
    """What `profiles.yml` reads of the environment."""
    return {
        "WARD_WAREHOUSE_BUILD_DB": str(settings.published_file if published else settings.build_file),
        "WARD_WAREHOUSE_BUILD_ACCESS": "read_only" if published else "automatic",
        "WARD_WAREHOUSE_BUILD_MEMORY": settings.build_memory,
        "WARD_WAREHOUSE_SPARK_DIR": str(settings.spark_folder),
    }


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
