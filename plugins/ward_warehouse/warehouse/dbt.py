"""One `dbt build`: models and their tests, in the build file, beside what analysts see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from ward_warehouse.errors import BuildError
from ward_warehouse.settings import Settings
from ward_warehouse.warehouse.duckdb import BUILD_RESULTS, open_build

BAD = ("error", "fail", "runtime error")


@dataclass(frozen=True)
class BuildSummary:
    """What a `dbt build` did: nodes that passed, warnings of tests, seconds of dbt's own run time."""

    build_id: str
    passed: int
    warnings: list[str]
    seconds: float


def dbt_build(settings: Settings, build_id: str) -> BuildSummary:
    """Runs `dbt build` and records each node's result in `raw.build_results`.

    Raises:
        BuildError: a model failed or a test of severity error did; what analysts see is left as it was.
    """
    results_file = _target_dir(settings) / "run_results.json"
    results_file.unlink(missing_ok=True)
    # Unit tests judge the code, not the night: they run with the tests of the project.
    finished = _run(settings, ["build", "--exclude-resource-type", "unit_test"])
    if not results_file.is_file():
        raise BuildError(
            f"dbt build: ended with code {finished.returncode} before it ran a model: {_last_words(finished)}; "
            f"see {_log_dir(settings) / 'dbt.log'}"
        )
    rows = _result_rows(build_id, json.loads(results_file.read_text(encoding="utf-8")))
    _record(settings.build_file, rows)
    failed = [row for row in rows if row["status"] in BAD]
    if failed or finished.returncode:
        raise BuildError(_failure(failed, finished))
    return BuildSummary(
        build_id,
        passed=sum(row["status"] in ("success", "pass") for row in rows),
        warnings=[f"{row['node']}: {row['message']}" for row in rows if row["status"] == "warn"],
        seconds=json.loads(results_file.read_text(encoding="utf-8"))["elapsed_time"],
    )


def _run(settings: Settings, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    """Dbt in a process of its own: its global state and its lock on the file end with it."""
    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    command = [
        str(Path(sys.executable).with_name("dbt")),
        "--no-version-check",
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",
        "--log-path",
        str(_log_dir(settings)),
        *arguments,
        "--project-dir",
        str(settings.dbt_project_dir),
        "--profiles-dir",
        str(settings.dbt_project_dir),
        "--target-path",
        str(_target_dir(settings)),
        "--target",
        settings.target,
    ]
    environment = {**os.environ, "WARD_WAREHOUSE_BUILD_DB": str(settings.build_file)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603


def _target_dir(settings: Settings) -> Path:
    # Outside the warehouse, so that a warehouse made anew does not pay for parsing the whole project again.
    return settings.home.resolve() / "dbt"


def _log_dir(settings: Settings) -> Path:
    return settings.home.resolve() / "logs" / "dbt"


def _result_rows(build_id: str, results: dict[str, Any]) -> list[dict[str, Any]]:
    built_at = datetime.now(UTC)
    return [
        {
            "build_id": build_id,
            "built_at": built_at,
            "node": result["unique_id"].split(".", 2)[-1],
            "node_kind": result["unique_id"].split(".", 1)[0],
            "status": result["status"],
            "failures": result.get("failures"),
            "seconds": result["execution_time"],
            "message": " ".join((result.get("message") or "").split()),
        }
        for result in results["results"]
    ]


def _record(build_file: Path, rows: list[dict[str, Any]]) -> None:
    with open_build(build_file) as db:
        db.register("fresh", pa.Table.from_pylist(rows, BUILD_RESULTS))
        db.execute("INSERT INTO raw.build_results BY NAME FROM fresh")


def _failure(failed: list[dict[str, Any]], finished: subprocess.CompletedProcess[str]) -> str:
    if not failed:
        return f"dbt build: ended with code {finished.returncode}: {_last_words(finished)}"
    first = "; ".join(f"{row['node_kind']} {row['node']}: {row['message'][:300]}" for row in failed[:3])
    more = f" (and {len(failed) - 3} more, see audit.build_results)" if len(failed) > 3 else ""
    return f"dbt build: {len(failed)} of its nodes failed: {first}{more}; the published warehouse is left as it was"


def _last_words(finished: subprocess.CompletedProcess[str]) -> str:
    lines = (finished.stdout + finished.stderr).strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"
