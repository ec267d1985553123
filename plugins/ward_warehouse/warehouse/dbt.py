"""One `dbt build`: models and their tests, in the build file, beside what analysts see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.facts import read_facts
from ward_warehouse.warehouse import changes
from ward_warehouse.warehouse.build_file import open_build
from ward_warehouse.warehouse.dbt_command import QUIET, log_dir, run_dbt, target_dir
from ward_warehouse.warehouse.duckdb import BUILD_RESULTS
from ward_warehouse.warehouse.project import read_project, take_prepared
from ward_warehouse.warehouse.unchanged import UNCHANGED, mark_unchanged

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

BAD = ("error", "fail", "runtime error")
# Unit tests, and tests of what follows from the SQL alone, judge the code and not the night: they run with the tests of
# the project. An exposure has nothing to run.
NOT_AT_NIGHT = [
    *("--exclude-resource-type", "unit_test"),
    *("--exclude-resource-type", "exposure"),
    *("--exclude", "tag:by_construction"),
]
WHOLE = [*QUIET, "build", "--full-refresh", *NOT_AT_NIGHT]


@dataclass(frozen=True)
class BuildSummary:
    """What a `dbt build` did.

    Whether it computed all records (`whole`) or what changed, the nodes that passed, the warnings of tests and of
    records that count in no period, the seconds of dbt's own run time, and what hiding small numbers costs, in words.
    """

    build_id: str
    whole: bool
    passed: int
    warnings: list[str]
    seconds: float
    hidden: str = ""

    @property
    def scope(self) -> str:
        """What was computed, in words."""
        return "all records" if self.whole else "what changed"


def dbt_build(settings: Settings, build_id: str) -> BuildSummary:
    """Runs `dbt build` and records each node's result in `raw.build_results`.

    In this process (dbt's documented `dbtRunner`), not in one of its own: whoever ends the task ends the build with it,
    and dbt shares what Airflow has imported already. One build at a time in a process is all that dbt supports.

    Raises:
        BuildError: a model failed or a test of severity error did, or the dbt project's list of facts is wrong; what
            analysts see is left as it was.
    """
    from dbt.artifacts.schemas.run import RunExecutionResult

    record_kinds = {fact.record_kind for fact in read_facts(settings.dbt_project_dir).values()}
    with open_build(settings) as db:
        basis = changes.fingerprint(db, settings.dbt_project_dir)
        if settings.target != "duckdb":
            # What another engine made is no ground for DuckDB to add a night to: texts have other hashes there.
            basis = f"{settings.target} {basis}"
        whole = settings.target != "duckdb" or not changes.only_changes(db, basis, record_kinds)
        before = changes.begin_build(db)
    finished = _build_all(settings) if whole else _build_changes(settings)
    done = finished.result
    if not isinstance(done, RunExecutionResult):
        raise BuildError(
            f"dbt build: ended before it ran a model: {_last_words(finished)}; see {log_dir(settings) / 'dbt.log'}"
        )
    rows = _result_rows(build_id, done.results)
    failed = [row for row in rows if row["status"] in BAD]
    with open_build(settings) as db:
        _record(db, rows)
        if failed or not finished.success:
            raise BuildError(_failure(failed, finished))
        changes.finish_build(db, basis, build_id, None if whole else before)
        hidden = _hidden(db)
        in_no_period = _in_no_period(db)
    return BuildSummary(
        build_id,
        whole,
        passed=sum(row["status"] in ("success", "pass") for row in rows),
        warnings=[f"{row['node']}: {row['message']}" for row in rows if row["status"] == "warn"] + in_no_period,
        seconds=done.elapsed_time,
        hidden=hidden,
    )


def _hidden(db: duckdb.DuckDBPyConnection) -> str:
    """What `audit.suppression_loss` adds up to; nothing in a project that has no such model, or nothing to hide."""
    try:
        found = db.execute(
            "SELECT sum(figures), sum(too_small), sum(hidden_beside), sum(not_protected) FROM audit.suppression_loss"
        ).fetchone()
    except duckdb.CatalogException:
        return ""
    if not found or not found[1]:
        return ""
    figures, small, beside, lost = (int(count) for count in found)
    text = (
        f"of {figures:,} figures that may be of small numbers {small:,} are, and {beside:,} "
        f"({100 * beside / figures:.1f} %) are hidden beside them"
    )
    return f"{text}; {lost:,} {'is' if lost == 1 else 'are'} given back by what was published before" if lost else text


REASONS = {
    "before_in_force": "is older than its first day in force; correct in_force: from, unless another ward counts it",
    "after_newest_night": "is dated after the newest night; ask the ward to correct the dates",
}


def _in_no_period(db: duckdb.DuckDBPyConnection) -> list[str]:
    """What `audit.records_in_no_period` says, a line for each ward; nothing in a project that has no such model."""
    try:
        found = db.execute("FROM audit.records_in_no_period ORDER BY ALL").fetchall()
    except duckdb.CatalogException:
        return []
    return [
        f"ward {ward}: {records:,} {record_kind}, of {first} to {last}, count in no period: what {REASONS[reason]}"
        for record_kind, ward, _, reason, records, first, last in found
    ]


def _build_all(settings: Settings) -> dbtRunnerResult:
    if settings.target == "spark":
        return _build_on_spark(settings)
    return run_dbt(settings, WHOLE, target_dir(settings), manifest=take_prepared(settings))


def _build_on_spark(settings: Settings) -> dbtRunnerResult:
    from ward_warehouse.warehouse import spark

    folder = target_dir(settings)

    def run(command: list[str], target: str = "duckdb") -> dbtRunnerResult:
        return run_dbt(settings, [*QUIET, *command], folder / target, target=target)

    def build_all(manifest: Manifest) -> dbtRunnerResult:
        return run_dbt(settings, WHOLE, folder / "duckdb", manifest=manifest)

    return spark.build(settings, run, build_all)


def _build_changes(settings: Settings) -> dbtRunnerResult:
    from dbt.contracts.graph.manifest import Manifest

    manifest = take_prepared(settings)
    if manifest is None:
        read = read_project(settings)
        if not isinstance(read.result, Manifest):
            return read
        manifest = read.result
    # "empty": a test of what is left out is still made, unless it is left out itself.
    mark_unchanged(manifest)
    left = ["--indirect-selection", "empty", *NOT_AT_NIGHT, f"tag:{UNCHANGED}"]
    return run_dbt(settings, [*QUIET, "build", *left], target_dir(settings), whole=False, manifest=manifest)


def _result_rows(build_id: str, results: Sequence[Any]) -> list[dict[str, Any]]:
    built_at = datetime.now(UTC)
    return [
        {
            "build_id": build_id,
            "built_at": built_at,
            "node": result.node.unique_id.split(".", 2)[-1],
            "node_kind": result.node.unique_id.split(".", 1)[0],
            "status": str(result.status),
            "failures": result.failures,
            "seconds": result.execution_time,
            "message": " ".join((result.message or "").split()),
        }
        for result in results
    ]


def _record(db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> None:
    db.register("fresh", pa.Table.from_pylist(rows, BUILD_RESULTS))
    db.execute("INSERT INTO raw.build_results BY NAME FROM fresh")


def _failure(failed: list[dict[str, Any]], finished: dbtRunnerResult) -> str:
    if not failed:
        return f"dbt build: did not end well: {_last_words(finished)}"
    first = "; ".join(f"{row['node_kind']} {row['node']}: {row['message'][:300]}" for row in failed[:3])
    more = f" (and {len(failed) - 3} more, see audit.build_results)" if len(failed) > 3 else ""
    return f"dbt build: {len(failed)} of its nodes failed: {first}{more}; the published warehouse is left as it was"


def _last_words(finished: dbtRunnerResult) -> str:
    text = " ".join(str(finished.exception or "").split())
    return text[:300] or "it said nothing"
