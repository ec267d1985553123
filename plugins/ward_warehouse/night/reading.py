"""What the tasks that read wards run: several wards each, of which every one stands or falls alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LASTING, Cause, PostponedError, SourceError, WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.lock_holder import Worker
from ward_warehouse.lake.outcomes import Outcome, Step
from ward_warehouse.night.advice import ADVICE
from ward_warehouse.night.groups import group_wards, task_name
from ward_warehouse.night.noting import unforeseen
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.standing import last_committed
from ward_warehouse.night.steps import Night
from ward_warehouse.sources.host_limit import host_of

log = logging.getLogger(__name__)

Attempt = Literal["first", "retry", "cleared"]
"""Of a task: the first one of its run, one that follows a failure by itself, or one that a person has asked for."""

_Expected = set[tuple[Step, RecordKind]]
_Outcomes = dict[tuple[Step, RecordKind | None], Outcome]
_Read = Callable[[str], tuple[list[Outcome], list[str]]]
"""Reads a ward: the outcomes, and a line for each record kind that arrived."""


def group_jobs(night: Night, wards: Sequence[str], resolve: Resolver) -> list[list[str]]:
    """The wards of each task; those with the same quiet hours are by themselves, for their task may have to wait."""

    def host(ward: str) -> str:
        try:
            feeds = night.registry.feeds(ward)
            return host_of(resolve(feeds[0].connection_id)) if feeds else ""
        except WardWarehouseError:
            # The task that reads the ward says what is wrong.
            return ""

    def quiet(ward: str) -> str:
        found = night.registry.wards[ward]
        return f"{found.district} {found.quiet_hours}" if found.quiet_hours else ""

    settings = night.settings
    return group_wards(wards, host, quiet, settings.parallel_wards, settings.readers_per_host)


def extract(
    job: dict[str, Any], resolve: Resolver, *, reconcile: bool = False, attempt: Attempt = "first", number: int = 1
) -> None:
    """Extracts the feeds of the wards of a task.

    Args:
        job: one of those that `tasks.plan` gave.
        resolve: gives the connection of a ward.
        reconcile: also compare all records with their source, and mark those that vanished there.
        attempt: after the first, only what did not arrive in this run is read.
        number: of the attempt, counted from one: a later one follows an earlier that is over.

    Raises:
        PostponedError: a ward is in its quiet hours.
        SourceError: something of a ward did not arrive; what did arrive is landed.
    """
    planned = Plan.model_validate(job)
    night = Night(load_settings(), worker=Worker(planned.run_id, "extract", number), resolve=resolve)
    steps: tuple[Step, ...] = ("extract", "reconcile") if reconcile else ("extract",)

    def expected(ward: str) -> _Expected:
        return {(step, feed.record_kind) for step in steps for feed in night.registry.feeds(ward, planned.record_kinds)}

    def read(ward: str) -> tuple[list[Outcome], list[str]]:
        found = night.extract_ward(planned, ward, resolve)
        if reconcile:
            compared = night.reconcile_ward(ward, planned.record_kinds, planned.run_id, resolve)
            found += [outcome for outcome, _ in compared]
        return found, [_arrival(one) for one in found if one.status == "succeeded"]

    _Task(night, planned.run_id, attempt, lambda _: f"night {planned.request.night}").read(
        planned.wards, expected, read
    )


def plan_comparison(run_after: datetime, resolve: Resolver) -> list[dict[str, Any]]:
    """One job for each task that compares wards with their sources: those that can be, and were loaded before."""
    night = Night(load_settings(), resolve=resolve)
    today = run_after.astimezone(ZoneInfo(night.settings.time_zone)).date()
    known, run_id = last_committed(night.lake), outcomes.new_id()
    loaded = {
        ward: [str(record_kind) for record_kind in kinds if known(ward, record_kind, today)]
        for ward, kinds in night.comparable(today).items()
    }
    wards = [ward for ward, kinds in loaded.items() if kinds]
    log.info("%d wards to compare", len(wards))
    return [
        {"wards": {ward: loaded[ward] for ward in group}, "run_id": run_id, "name": task_name(group)}
        for group in group_jobs(night, wards, resolve)
    ]


def compare(job: dict[str, Any], resolve: Resolver, *, attempt: Attempt = "first", number: int = 1) -> None:
    """Compares the records of a task's wards with their sources, and marks what vanished there.

    Args:
        job: one of those that `plan_comparison` gave.
        resolve: gives the connection of a ward.
        attempt: after the first, only what was not compared in this run is compared.
        number: of the attempt, counted from one: a later one follows an earlier that is over.

    Raises:
        PostponedError: a ward is in its quiet hours.
        SourceError: a record kind could not be compared, or the source is not believed; the others are.
    """
    night = Night(load_settings(), worker=Worker(job["run_id"], "compare", number), resolve=resolve)
    kinds = {ward: [RecordKind(name) for name in names] for ward, names in job["wards"].items()}

    def read(ward: str) -> tuple[list[Outcome], list[str]]:
        found = night.reconcile_ward(ward, kinds[ward], job["run_id"], resolve)
        lines = [
            f"{ward} {outcome.record_kind}: {seen.rows_deleted} vanished, {seen.rows_returned} came back"
            for outcome, seen in found
            if seen is not None
        ]
        return [outcome for outcome, _ in found], lines

    _Task(night, job["run_id"], attempt, lambda ward: f"comparison of {ward}").read(
        list(kinds), lambda ward: {("reconcile", kind) for kind in kinds[ward]}, read
    )


class _Task:
    """One attempt of a task to read its wards."""

    def __init__(self, night: Night, run_id: str, attempt: Attempt, what: Callable[[str], str]) -> None:
        self._night = night
        self._run_id = run_id
        self._attempt = attempt
        self._what = what
        self._arrived: list[str] = []
        self._failures: list[WardWarehouseError] = []
        self._waiting: list[datetime] = []
        self._lines: list[tuple[int, str]] = []

    def read(self, wards: Sequence[str], expected: Callable[[str], _Expected], read: _Read) -> None:
        """Reads those of the wards that have not arrived, and says what came of them: failures first."""
        earlier = self._earlier(wards)
        self._arrived = [ward for ward in wards if ward in earlier and _has_arrived(earlier[ward], ward, expected)]
        if self._attempt == "cleared" and len(self._arrived) == len(wards):
            # Nothing is missing: who clears it wants it anew.
            self._arrived = []
        for ward in [ward for ward in wards if ward not in self._arrived]:
            try:
                self._read_ward(ward, list(earlier.get(ward, {}).values()), read)
            except WardWarehouseError as error:
                self._failures.append(error)
            except Exception as error:
                # The fault of one ward must not take the others of its task with it.
                self._failures.append(SourceError(unforeseen(ward, "reading", error), "unforeseen"))
        self._end()

    def _earlier(self, wards: Sequence[str]) -> dict[str, _Outcomes]:
        """The newest outcome of each step and record kind of the wards in this run.

        A first attempt has none, unless it waited for the end of quiet hours.
        """
        found: dict[str, _Outcomes] = {}
        known = self._night.registry.wards
        if self._attempt == "first" and not any(ward in known and known[ward].quiet_hours for ward in wards):
            return found
        for one in outcomes.read_run(self._night.lake, self._run_id):
            if one.ward is not None and one.ward in wards and one.step in ("extract", "reconcile"):
                found.setdefault(one.ward, {})[one.step, one.record_kind] = one
        return found

    def _read_ward(self, ward: str, earlier: list[Outcome], read: _Read) -> None:
        """Reads a ward, unless it failed already for a reason that another attempt does not mend."""
        causes = [one.cause for one in earlier if one.error]
        lasting = self._attempt != "cleared" and bool(causes) and _cause(causes) in LASTING
        found, lines = (earlier, []) if lasting else read(ward)
        self._lines += [(logging.INFO, line) for line in lines]
        self._lines += [
            (logging.WARNING, f"{ward} {one.record_kind}: {note}") for one in found for note in one.warnings
        ]
        failed = [outcome for outcome in found if outcome.error]
        until = self._night.postponed_until(ward)
        if until is not None and any(outcome.status == "postponed" for outcome in failed):
            self._waiting.append(until)
            self._lines += [(logging.WARNING, str(outcome.error)) for outcome in failed]
        elif failed:
            self._failures.append(SourceError(self._headline(ward, failed), _cause([one.cause for one in failed])))
        else:
            self._arrived.append(ward)

    def _headline(self, ward: str, failed: Sequence[Outcome]) -> str:
        """The sentence that a failure begins with, what to do, and a line for each record kind."""
        advice = ADVICE[_cause([one.cause for one in failed])]
        name = self._night.registry.wards[ward].name.en
        first = f"{name} ({ward}), {self._what(ward)}: {advice.what.en}; {advice.do.en}."
        return "\n".join([on_one_line(first), *(f"- {outcome.error}" for outcome in failed)])

    def _end(self) -> None:
        """Ends the attempt as its wards did."""
        if self._failures and not self._waiting:
            # Nothing stands in the log before it; what the others sent, their outcomes say.
            others = [f"Arrived in the same task: {', '.join(self._arrived)}."] if self._arrived else []
            causes = [one.cause for one in self._failures]
            raise SourceError("\n".join([*map(str, self._failures), *others]), _cause(causes))
        for level, line in self._lines:
            log.log(level, "%s", line)
        if self._waiting:
            raise PostponedError("wards are in their quiet hours", min(self._waiting))


def _arrival(outcome: Outcome) -> str:
    done = f"{outcome.rows_read} records read" if outcome.step == "extract" else "compared with its source"
    return f"{outcome.ward} {outcome.record_kind}: {done}"


def _has_arrived(found: _Outcomes, ward: str, expected: Callable[[str], _Expected]) -> bool:
    good = {key for key, one in found.items() if one.status == "succeeded" and not one.error}
    try:
        return expected(ward) <= good
    except WardWarehouseError:
        return False


def _cause(causes: Sequence[Cause | None]) -> Cause:
    """The cause of a failure: it is read again while there is one part of which that may help."""
    return next((one for one in causes if one not in LASTING), causes[0]) or "unreadable"
