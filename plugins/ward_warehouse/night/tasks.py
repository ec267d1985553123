"""What the DAG's tasks run: plain data in, plain data out, one line for people on failure."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LASTING, Cause, PostponedError, SourceError, WardWarehouseError
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.night.advice import ADVICE
from ward_warehouse.night.counting import GOOD
from ward_warehouse.night.plan import Plan, make_request
from ward_warehouse.night.standing import last_committed
from ward_warehouse.night.steps import Night
from ward_warehouse.night.wording import figures, report, run_note

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
    failed = [outcome for outcome in found if outcome.error]
    errors = [outcome.error for outcome in failed if outcome.error]
    until = night.postponed_until(ward)
    if until is not None and any(outcome.status == "postponed" for outcome in found):
        log.warning("%s", "; ".join(errors))
        raise PostponedError("; ".join(errors), until)
    if errors:
        raise SourceError(_headline(night, ward, f"night {planned.request.night}", failed), _cause(failed))


def plan_comparison(run_after: datetime) -> list[dict[str, Any]]:
    """One job for each ward that can be compared with its source and was loaded before."""
    night = Night(load_settings())
    today = run_after.astimezone(ZoneInfo(night.settings.time_zone)).date()
    known, run_id, jobs = last_committed(night.lake), outcomes.new_id(), []
    for ward, kinds in night.comparable(today).items():
        loaded = [str(record_kind) for record_kind in kinds if known(ward, record_kind, today)]
        if loaded:
            jobs.append({"ward": ward, "record_kinds": loaded, "run_id": run_id})
    log.info("%d wards to compare", len(jobs))
    return jobs


def compare(job: dict[str, Any], resolve: Resolver) -> None:
    """Compares a ward's records with its source, and marks what vanished there.

    Args:
        job: one of those that `plan_comparison` gave.
        resolve: gives the ward's connection.

    Raises:
        PostponedError: the ward is in its quiet hours.
        SourceError: a record kind could not be compared, or the source is not believed; the others are.
    """
    night, ward = Night(load_settings()), job["ward"]
    kinds = [RecordKind(name) for name in job["record_kinds"]]
    found = night.reconcile_ward(ward, kinds, job["run_id"], resolve)
    for outcome, compared in found:
        if compared is not None:
            log.info(
                "%s %s: %d vanished, %d came back", ward, outcome.record_kind, compared.rows_deleted,
                compared.rows_returned,
            )  # fmt: skip
        for note in outcome.warnings:
            log.warning("%s %s: %s", ward, outcome.record_kind, note)
    failed = [outcome for outcome, _ in found if outcome.error]
    until = night.postponed_until(ward)
    if until is not None and any(outcome.status == "postponed" for outcome in failed):
        raise PostponedError(f"{ward}: in its quiet hours", until)
    if failed:
        raise SourceError(_headline(night, ward, f"comparison of {ward}", failed), _cause(failed))


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


@dataclass(frozen=True)
class Ended:
    """How a night ended: its sentence with the lines below it, a note for the run, and whether it ends red."""

    text: str
    note: str
    failed: bool


def announce(jobs: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """What arrived of the night, for those who build from it; None when nothing was committed."""
    found = Night(load_settings()).verdict(_joined(jobs))
    arrived = [state for state in found.states if state.state in GOOD]
    return figures(found) if arrived else None


def verdict(jobs: Sequence[dict[str, Any]], run_url: str = "") -> Ended:
    """The verdict on the night.

    Args:
        jobs: those that `plan` gave; the place of a ward in them is that of its task in the run.
        run_url: address of the run in Airflow's pages; the note leads from there to the logs of failing wards.
    """
    planned = _joined(jobs)
    night = Night(load_settings())
    found = night.verdict(planned)
    text = report(found)
    if not found.failed:
        log.log(logging.WARNING if found.needs_a_person else logging.INFO, "%s", text)
    places = {ward: f"{run_url}/tasks/extract/mapped/{index}" for index, ward in enumerate(planned.wards)}
    return Ended(text, run_note(found, places if run_url else {}, night.settings.language), found.failed)


def build(full_refresh: bool) -> str:
    """Builds and audits the warehouse; gives one line on what was done."""
    summary = Night(load_settings()).build(full_refresh=full_refresh)
    for warning in summary.warnings:
        log.warning("%s", warning)
    passed = f"{summary.passed} models and tests passed in {summary.seconds:.1f} s"
    line = "; ".join(filter(None, [f"build {summary.build_id}: {passed} ({summary.scope})", summary.hidden]))
    log.info("%s", line)
    return line


def maintain() -> str:
    """Retention and compaction; gives one line on what was done."""
    line = "; ".join(Night(load_settings()).maintain().warnings)
    log.info("maintenance: %s", line)
    return line


@dataclass(frozen=True)
class Published:
    """What was published: one line, and the figures beside it."""

    text: str
    extra: dict[str, Any]


def publish() -> Published:
    """Publishes the build and copies it as Parquet; gives what was published."""
    night = Night(load_settings())
    rows = night.publish()
    line = f"published {len(rows)} tables, {sum(rows.values())} rows; {night.copy_as_parquet()}"
    log.info("%s: %s", line, night.settings.published_file)
    return Published(line, {"tables": len(rows), "rows": sum(rows.values())})


def document() -> str:
    """Writes the Data Docs of the published warehouse; gives one line on what was done."""
    line = f"documented on {Night(load_settings()).document()} pages"
    log.info("%s", line)
    return line


def _cause(failed: Sequence[Outcome]) -> Cause:
    """The cause of a ward's failure: it is read again while there is one record kind of which that may help."""
    return next((one.cause for one in failed if one.cause not in LASTING), failed[0].cause) or "unreadable"


def _headline(night: Night, ward: str, what: str, failed: Sequence[Outcome]) -> str:
    """The sentence that a failure begins with, what to do, and a line for each record kind."""
    advice = ADVICE[_cause(failed)]
    first = f"{night.registry.wards[ward].name.en} ({ward}), {what}: {advice.what.en}; {advice.do.en}."
    return "\n".join([on_one_line(first), *(f"- {outcome.error}" for outcome in failed)])


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
