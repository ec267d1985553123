"""What the DAG's tasks run: plain data in, plain data out, one line for people on failure."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ward_warehouse.core.connections import Resolver, from_environment
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.lake.lock_holder import Worker
from ward_warehouse.night.counting import GOOD
from ward_warehouse.night.groups import task_name
from ward_warehouse.night.plan import Plan, make_request
from ward_warehouse.night.reading import group_jobs
from ward_warehouse.night.steps import Night
from ward_warehouse.night.wording import figures, report, run_note
from ward_warehouse.registry.load import load_registry

log = logging.getLogger(__name__)

PARAMS = ("wards", "record_kinds", "night", "since", "until", "chunk_days", "full", "reconcile")
"""What a run of the nightly load may be asked; the DAG declares the same."""

Work = Literal["reading", "judging", "building"]

IMPORTED: dict[Work, Sequence[str]] = {
    "reading": (
        "ward_warehouse.night.reading",
        "ward_warehouse.sources.files.source",
        "ward_warehouse.sources.http.source",
        "ward_warehouse.sources.sql.source",
        "adbc_driver_sqlite.dbapi",
        "fsspec.implementations.local",
        "pyarrow.dataset",
    ),
    "judging": ("ward_warehouse.night.behind", "ward_warehouse.validation.commit"),
    "building": (
        "ward_warehouse.warehouse.parquet_copy",
        "ward_warehouse.warehouse.publish",
        "ward_warehouse.warehouse.dbt",
        "dbt.adapters.duckdb.environments.local",
        "dbt.cli.main",
        "dbt.task.build",
        "holidays.countries",
    ),
}
"""What the tasks of each work import only when they come to it, because a DAG file and most commands need none of it;
of the libraries also what they themselves import late."""


def preload(*works: Work) -> None:
    """Imports what the tasks will, and reads the registry and the dbt project: for the process that forks theirs.

    It leaves nothing open that a fork would share, and starts no thread.

    Great Expectations too, although one task of a night needs it: its 70 MiB are there once, for a forked process
    shares what it does not write to.

    Args:
        works: those of the tasks; all of them if none is named.
    """
    wanted = works or tuple(IMPORTED)
    for work in wanted:
        for name in IMPORTED[work]:
            import_module(name)
    settings = load_settings()
    # Kept by file and text: a tenth of a second of each task.
    load_registry(settings)
    if "judging" in wanted:
        from ward_warehouse.validation.importing import great_expectations

        great_expectations()
    if "building" in wanted:
        from ward_warehouse.warehouse.project import prepare_project

        prepare_project(settings)


def plan(
    params: dict[str, Any], interval_start: datetime | None, run_after: datetime, resolve: Resolver
) -> list[dict[str, Any]]:
    """One job for each task that reads wards of the run, with the `name` of the task.

    Args:
        params: wards, record_kinds, night, since, until, chunk_days, full, as the DAG declares them.
        interval_start: start of the run's data interval, whose local date is the night; None for a run without one.
        run_after: when the run was due; the night before it serves a run without a data interval.
        resolve: gives the connection of a ward, which says on which server its records are.

    Raises:
        WardWarehouseError: a parameter is wrong, or no ward is in force.
    """
    unknown = sorted(set(params) - set(PARAMS))
    if unknown:
        raise WardWarehouseError(
            f"found the parameter {', '.join(map(repr, unknown))}, expected {', '.join(PARAMS)}; nothing was read"
        )
    settings = load_settings()
    night = _night(params.get("night"), interval_start, run_after, settings)
    request = make_request(
        settings,
        night,
        since=params.get("since"),
        until=params.get("until"),
        full=bool(params.get("full")),
        chunk_days=params.get("chunk_days"),
    )
    opened = Night(settings, resolve=resolve)
    planned = opened.plan(request, params.get("wards"), params.get("record_kinds"))
    for problem in planned.problems:
        log.error("registry: %s", problem)
    groups = group_jobs(opened, planned.wards, resolve)
    log.info("night %s: %d wards to read in %d tasks", night, len(planned.wards), len(groups))
    return [
        {**planned.model_copy(update={"wards": group}).model_dump(mode="json"), "name": task_name(group)}
        for group in groups
    ]


def validate(jobs: Sequence[dict[str, Any]], resolve: Resolver = from_environment, attempt: int = 1) -> None:
    """Judges the night's landed batches.

    Args:
        jobs: those that `plan` gave.
        resolve: gives the connection of the lake, if it has one.
        attempt: at this task, counted from one: a later one follows an earlier that is over.

    Raises:
        WardWarehouseError: a record kind could not be judged.
    """
    worker = Worker(str(jobs[0]["run_id"]), "validate", attempt)
    night = Night(load_settings(), worker=worker, resolve=resolve)
    found = night.validate(_joined(jobs, night))
    for outcome in found:
        log.info(
            "%s %s: %s accepted, %s quarantined", outcome.ward, outcome.record_kind, outcome.rows_accepted,
            outcome.rows_quarantined,
        )  # fmt: skip
        for line in outcome.warnings:
            log.warning("%s %s: %s", outcome.ward, outcome.record_kind, line)
    # A batch that is held back waits for a person; the verdict names it, and the others go on.
    errors = {outcome.error for outcome in found if outcome.error and outcome.status != "held"}
    if errors:
        raise WardWarehouseError("; ".join(sorted(errors)))


@dataclass(frozen=True)
class Ended:
    """How a night ended: its sentence with the lines below it, a note for the run, and whether it ends red."""

    text: str
    note: str
    failed: bool


def announce(jobs: Sequence[dict[str, Any]], resolve: Resolver = from_environment) -> dict[str, Any] | None:
    """What arrived of the night, for those who build from it; None when nothing was committed."""
    night = Night(load_settings(), resolve=resolve)
    found = night.arrivals(_joined(jobs, night))
    arrived = [state for state in found.states if state.state in GOOD]
    return figures(found) if arrived else None


def verdict(jobs: Sequence[dict[str, Any]], run_url: str = "", resolve: Resolver = from_environment) -> Ended:
    """The verdict on the night.

    Args:
        jobs: those that `plan` gave; the place of a job among them is that of its task in the run.
        run_url: address of the run in Airflow's pages; the note leads from there to the logs of failing wards.
        resolve: gives the connection of the lake, if it has one.
    """
    night = Night(load_settings(), resolve=resolve)
    found = night.verdict(_joined(jobs, night))
    text = report(found)
    if not found.failed:
        log.log(logging.WARNING if found.needs_a_person else logging.INFO, "%s", text)
    places = {
        ward: f"{run_url}/tasks/extract/mapped/{index}" for index, job in enumerate(jobs) for ward in job["wards"]
    }
    return Ended(text, run_note(found, places if run_url else {}, night.settings.language), found.failed)


def build(full_refresh: bool, resolve: Resolver = from_environment) -> str:
    """Builds and audits the warehouse; gives one line on what was done."""
    summary = Night(load_settings(), resolve=resolve).build(full_refresh=full_refresh)
    for warning in summary.warnings:
        log.warning("%s", warning)
    passed = f"{summary.passed} models and tests passed in {summary.seconds:.1f} s"
    line = "; ".join(filter(None, [f"build {summary.build_id}: {passed} ({summary.scope})", summary.hidden]))
    log.info("%s", line)
    return line


def what_is_not_published(resolve: Resolver = from_environment) -> str | None:
    """One line when the lake has what the published warehouse lacks; None when a build would bring nothing."""
    behind = Night(load_settings(), resolve=resolve).what_is_not_published()
    if behind is not None:
        log.info("%s", behind)
    return behind


def maintain(resolve: Resolver = from_environment) -> str:
    """Retention and compaction; gives one line on what was done."""
    line = "; ".join(Night(load_settings(), resolve=resolve).maintain().warnings)
    log.info("maintenance: %s", line)
    return line


@dataclass(frozen=True)
class Published:
    """What was published: one line, and the figures beside it."""

    text: str
    extra: dict[str, Any]


def publish(resolve: Resolver = from_environment) -> Published:
    """Publishes the build and copies it as Parquet; gives what was published."""
    night = Night(load_settings(), resolve=resolve)
    rows = night.publish()
    line = f"published {len(rows)} tables, {sum(rows.values())} rows; {night.copy_as_parquet()}"
    log.info("%s: %s", line, night.settings.published_file)
    return Published(line, {"tables": len(rows), "rows": sum(rows.values())})


def serve(resolve: Resolver) -> str:
    """Publishes the build to PostgreSQL; gives one line on what it shows now.

    Args:
        resolve: gives a connection by its id.
    """
    served = Night(load_settings(), resolve=resolve).serve(resolve)
    for warning in served.warnings:
        log.warning("%s", warning)
    log.info("%s", served)
    return str(served)


def document(resolve: Resolver = from_environment) -> str:
    """Writes the Data Docs of the published warehouse; gives one line on what was done."""
    line = f"documented on {Night(load_settings(), resolve=resolve).document()} pages"
    log.info("%s", line)
    return line


def _joined(jobs: Sequence[dict[str, Any]], night: Night) -> Plan:
    """The plan of the run from its jobs, its wards in the order of the registry."""
    plans = [Plan.model_validate(job) for job in jobs]
    place = {ward: index for index, ward in enumerate(night.registry.wards)}
    wards = sorted((ward for planned in plans for ward in planned.wards), key=lambda ward: place.get(ward, len(place)))
    return plans[0].model_copy(update={"wards": wards})


def _night(text: str | None, interval_start: datetime | None, run_after: datetime, settings: Settings) -> date:
    if text:
        return date.fromisoformat(text)
    zone = ZoneInfo(settings.time_zone)
    if interval_start is not None:
        return interval_start.astimezone(zone).date()
    return run_after.astimezone(zone).date() - timedelta(days=1)
