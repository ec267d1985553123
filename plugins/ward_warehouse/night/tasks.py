"""What the DAG's tasks run: plain data in, plain data out, one line for people on failure."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.errors import PostponedError, SourceError, WardWarehouseError
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.night.plan import Plan, make_request
from ward_warehouse.night.steps import Night

log = logging.getLogger(__name__)

PARAMS = ("wards", "record_kinds", "night", "since", "until", "chunk_days", "full", "reconcile")
"""What a run of the nightly load may be asked; the DAG declares the same."""

PRELOADED = (
    "ward_warehouse.sources.files.source",
    "ward_warehouse.sources.http.source",
    "ward_warehouse.sources.sql.source",
    "ward_warehouse.validation.commit",
    "ward_warehouse.warehouse.publish",
    "ward_warehouse.warehouse.dbt",
    "dbt.adapters.duckdb",
    "dbt.cli.main",
)
"""What the tasks import only when they come to it, because a DAG file and most commands need none of it."""


def preload() -> None:
    """Imports what the tasks will: for the process that forks theirs. Opens nothing and starts no thread.

    Not Great Expectations: one task of a night needs it, and its 125 MiB would count in the memory of every one.
    """
    for name in PRELOADED:
        import_module(name)


def plan(params: dict[str, Any], interval_start: datetime | None, run_after: datetime) -> list[dict[str, Any]]:
    """One job for each ward of the run.

    Args:
        params: wards, record_kinds, night, since, until, chunk_days, full, as the DAG declares them.
        interval_start: start of the run's data interval, whose local date is the night; None for a run without one.
        run_after: when the run was due; the night before it serves a run without a data interval.

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
    planned = Night(settings).plan(request, params.get("wards"), params.get("record_kinds"))
    for problem in planned.problems:
        log.error("registry: %s", problem)
    log.info("night %s: %d wards to read", night, len(planned.wards))
    return [planned.model_copy(update={"wards": [ward]}).model_dump(mode="json") for ward in planned.wards]


def extract(job: dict[str, Any], resolve: Resolver, *, reconcile: bool = False) -> None:
    """Extracts a ward's feeds.

    Args:
        job: one of those that `plan` gave.
        resolve: gives the ward's connection.
        reconcile: also compare all its records with the source, and mark those that vanished there.

    Raises:
        PostponedError: the ward is in its quiet hours.
        SourceError: something of the ward did not arrive; what did arrive is landed.
    """
    planned = Plan.model_validate(job)
    night, ward = Night(load_settings()), planned.wards[0]
    found = night.extract_ward(planned, ward, resolve)
    if reconcile:
        found += [outcome for outcome, _ in night.reconcile_ward(ward, planned.record_kinds, planned.run_id, resolve)]
    for outcome in found:
        if outcome.status == "succeeded":
            done = f"{outcome.rows_read} records read" if outcome.step == "extract" else "compared with its source"
            log.info("%s %s: %s", outcome.ward, outcome.record_kind, done)
        for note in outcome.warnings:
            log.warning("%s %s: %s", outcome.ward, outcome.record_kind, note)
    errors = [outcome.error for outcome in found if outcome.error]
    until = night.postponed_until(ward)
    if until is not None and any(outcome.status == "postponed" for outcome in found):
        log.warning("%s", "; ".join(errors))
        raise PostponedError("; ".join(errors), until)
    if errors:
        raise SourceError("; ".join(errors))


def validate(jobs: Sequence[dict[str, Any]]) -> None:
    """Judges the night's landed batches.

    Raises:
        WardWarehouseError: a record kind could not be judged.
    """
    found = Night(load_settings()).validate(_joined(jobs))
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


def verdict(jobs: Sequence[dict[str, Any]]) -> str:
    """The night's verdict in words.

    Raises:
        WardWarehouseError: the night failed.
    """
    planned = _joined(jobs)
    night = Night(load_settings())
    found = night.verdict(planned)
    if found.failed:
        raise WardWarehouseError(found.message)
    log.log(logging.WARNING if found.missing_wards or found.behind else logging.INFO, "%s", found.message)
    return found.message


def build(full_refresh: bool) -> str:
    """Builds and audits the warehouse; gives one line on what was done."""
    summary = Night(load_settings()).build(full_refresh=full_refresh)
    for warning in summary.warnings:
        log.warning("%s", warning)
    passed = f"{summary.passed} models and tests passed in {summary.seconds:.1f} s"
    line = f"build {summary.build_id}: {passed} ({summary.scope})"
    log.info("%s", line)
    return line


def maintain() -> str:
    """Retention and compaction; gives one line on what was done."""
    line = "; ".join(Night(load_settings()).maintain().warnings)
    log.info("maintenance: %s", line)
    return line


def publish() -> str:
    """Publishes the build; gives one line on what was done."""
    night = Night(load_settings())
    rows = night.publish()
    line = f"published {len(rows)} tables, {sum(rows.values())} rows"
    log.info("%s: %s", line, night.settings.published_file)
    return line


def document() -> str:
    """Writes the Data Docs of the published warehouse; gives one line on what was done."""
    line = f"documented on {Night(load_settings()).document()} pages"
    log.info("%s", line)
    return line


def _joined(jobs: Sequence[dict[str, Any]]) -> Plan:
    """The plan of the run from its jobs."""
    plans = [Plan.model_validate(job) for job in jobs]
    return plans[0].model_copy(update={"wards": [ward for planned in plans for ward in planned.wards]})


def _night(text: str | None, interval_start: datetime | None, run_after: datetime, settings: Settings) -> date:
    if text:
        return date.fromisoformat(text)
    zone = ZoneInfo(settings.time_zone)
    if interval_start is not None:
        return interval_start.astimezone(zone).date()
    return run_after.astimezone(zone).date() - timedelta(days=1)
