"""A night, step by step: the functions that the command line, the DAGs and the tests all run.

plan -> extract (per ward) -> validate -> verdict -> build -> publish -> document. Each step reads what the one before
it committed to the lake and appends outcomes; what passes between them is small and holds no record.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ward_warehouse.core.connections import Resolver, from_environment
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import PostponedError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.deletions import Reconciliation
from ward_warehouse.lake.key_marks import known_keys, require_known_key
from ward_warehouse.lake.lock_holder import BY_HAND, Worker
from ward_warehouse.lake.locks import partition_lock
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.quarantine_log import decided_wards
from ward_warehouse.night.comparing import compare_and_note
from ward_warehouse.night.due import Due
from ward_warehouse.night.extract import Request, extract
from ward_warehouse.night.judge import import_ahead, pending_batches, validate
from ward_warehouse.night.landing import suspects_by
from ward_warehouse.night.noting import note_outcome, status_of, unforeseen
from ward_warehouse.night.plan import Plan, parse_record_kind, require_over
from ward_warehouse.night.reconcile import reconcile
from ward_warehouse.night.rekeyed import close_earlier_ids
from ward_warehouse.night.standing import is_late, last_committed, refused_records, standing, verdict_on
from ward_warehouse.night.verdict import Verdict, judge_night
from ward_warehouse.registry import Feed, Registry, load_registry
from ward_warehouse.sources.host_limit import reader_slot

log = logging.getLogger(__name__)

# A task that reads one ward must not pay for dbt and the calendar: what builds is imported where used.
if TYPE_CHECKING:
    from ward_warehouse.warehouse.dbt import BuildSummary
    from ward_warehouse.warehouse.postgres.publish import Served


class Night:
    """The settings, registry and lake of a run, opened once in each process.

    Args:
        settings: where everything is.
        registry: the wards; without it that of the settings.
        worker: what this process is at work for, which its locks say.
        resolve: gives the connection of the lake, if it has one.
    """

    def __init__(
        self,
        settings: Settings,
        registry: Registry | None = None,
        worker: Worker = BY_HAND,
        resolve: Resolver = from_environment,
    ) -> None:
        self.settings = settings
        self.registry = registry if registry is not None else load_registry(settings)
        self.lake = open_lake(settings, resolve)
        self.worker = worker
        self._keys: dict[str, bytes] = {}

    def plan(self, request: Request, wards: list[str] | None = None, record_kinds: list[str] | None = None) -> Plan:
        """Which wards and record kinds a run reads: those named, else all wards in force on the night.

        Raises:
            RegistryError: a named ward has no valid entry.
            WardWarehouseError: a record kind is unknown, a list is empty, the night is not over yet, or nothing is left
                to do.
        """
        require_known_key(self.settings, self.lake)
        for name, asked in (("wards", wards), ("record kinds", record_kinds)):
            if asked is not None and not asked:
                raise WardWarehouseError(f"found an empty list of {name}, expected some, or none given for all")
        chosen = [parse_record_kind(name) for name in record_kinds or list(RecordKind)]
        for ward in wards or []:
            self.registry.feeds(ward)
        keys = wards or self.registry.wards_in_force(request.night)
        if not keys:
            raise WardWarehouseError(
                f"night {request.night}: no ward of the registry is in force; check in_force in "
                f"{self.settings.wards_dir.name}/*.yml, or the night"
            )
        require_over(self.registry, request.night, keys)
        return Plan(
            run_id=outcomes.new_id(), request=request, wards=keys, record_kinds=chosen, problems=self.registry.problems
        )

    def extract_ward(self, plan: Plan, ward: str, resolve: Resolver) -> list[Outcome]:
        """Extracts every feed of a ward; a feed that fails leaves the others alone.

        Returns the outcomes, also of what failed: whether that fails the caller is the caller's decision.
        """
        found: list[Outcome] = []
        silent: set[str] = set()
        for feed in self.registry.feeds(ward, plan.record_kinds):
            # A system that is down is not waited for again for each kind of its records.
            found.append(self._extract_feed(plan, feed, resolve, was_silent=feed.connection_id in silent))
            if found[-1].cause == "no_answer":
                silent.add(feed.connection_id)
        return found

    def extract(self, plan: Plan, resolve: Resolver, progress: Callable[[str], None] = lambda _: None) -> list[Outcome]:
        """Extracts every ward of a plan, `parallel_wards` at a time; gives the outcomes in the order of the plan."""
        found: list[Outcome] = []
        with ThreadPoolExecutor(self.settings.parallel_wards) as pool:
            futures = [pool.submit(self.extract_ward, plan, ward, resolve) for ward in plan.wards]
            for ward, future in zip(plan.wards, futures, strict=True):
                found.extend(future.result())
                progress(ward)
        return found

    def _extract_feed(self, plan: Plan, feed: Feed, resolve: Resolver, *, was_silent: bool) -> Outcome:
        started = datetime.now(UTC)
        try:
            keys = self._known_keys()
            with self._reading(feed, plan.request.night, resolve) as resolved:
                suspects = suspects_by(self.settings.expectations_dir, feed.record_kind)
                extracted = extract(
                    feed, plan.request, self.lake, resolved, keys, self.settings.reconcile_least_share, suspects,
                    was_silent=was_silent,
                )  # fmt: skip
        except WardWarehouseError as error:
            return note_outcome(self.lake,
                plan, "extract", status_of(error), started, feed=feed, error=str(error), cause=error.cause,
            )  # fmt: skip
        except Exception as error:
            # An unforeseen fault of one ward must not take the night with it.
            text = unforeseen(str(feed), "reading", error)
            return note_outcome(self.lake,
                plan, "extract", "failed", started, feed=feed, error=text, cause="unforeseen",
            )  # fmt: skip
        return note_outcome(self.lake,
            plan, "extract", "succeeded", started, feed=feed, batch=extracted.batch,
            error="; ".join(extracted.refused) or None, cause="file_refused" if extracted.refused else None,
            warnings=extracted.warnings,
        )  # fmt: skip

    @contextmanager
    def _reading(self, feed: Feed, night: date, resolve: Resolver) -> Iterator[Resolver]:
        """The right to read a feed: outside its quiet hours, a place at its host, and alone on its partition.

        Raises:
            PostponedError: the ward is in its quiet hours.
            LockedError: another run is at work on the same partition.
            SourceError: the host had no place for another reader.
        """
        until = self.postponed_until(feed.ward.ward)
        if until is not None:
            raise PostponedError(
                f"{feed}: not read, its quiet hours lasts until {until:%Y-%m-%d %H:%M}; run it again then",
                until,
            )
        connection = resolve(feed.connection_id)
        limit, wait = self.settings.readers_per_host, self.settings.reader_wait_minutes * 60
        with (
            partition_lock(self.lake, feed.record_kind, feed.ward.ward, night, self.worker),
            reader_slot(self.settings.home.resolve(), connection, limit, wait),
        ):
            yield lambda _: connection

    def _known_keys(self) -> dict[str, bytes]:
        """The pseudonym keys; that each is the one that the lake knows by its id is looked up once."""
        if not self._keys:
            self._keys = known_keys(self.settings, self.lake)
        return self._keys

    def postponed_until(self, ward: str) -> datetime | None:
        """When the ward's quiet hours is over, in its district's time; None outside of it."""
        window = self.registry.wards[ward].quiet_hours
        zone = ZoneInfo(self.registry.districts[self.registry.wards[ward].district].time_zone)
        return window.end(datetime.now(zone)) if window else None

    def comparable(self, night: date, record_kinds: list[RecordKind] | None = None) -> dict[str, list[RecordKind]]:
        """The wards in force whose sources can be compared, with their record kinds: of folders none can."""
        kinds = {
            ward: [
                feed.record_kind for feed in self.registry.feeds(ward, record_kinds) if feed.system.transport != "files"
            ]
            for ward in self.registry.wards_in_force(night)
        }
        return {ward: found for ward, found in kinds.items() if found}

    def reconcile_ward(
        self, ward: str, record_kinds: list[RecordKind], run_id: str, resolve: Resolver
    ) -> list[tuple[Outcome, Reconciliation | None]]:
        """Compares the ward's records with its source and marks what vanished there; see `reconcile`.

        Returns an outcome for each feed of the kinds, and what was found if it could be compared.
        """
        return [self._reconcile_feed(feed, run_id, resolve) for feed in self.registry.feeds(ward, record_kinds)]

    def _reconcile_feed(self, feed: Feed, run_id: str, resolve: Resolver) -> tuple[Outcome, Reconciliation | None]:
        def compare(night: date) -> Reconciliation:
            keys = self._known_keys()
            with self._reading(feed, night, resolve) as resolved:
                return reconcile(feed, self.lake, resolved, keys, self.settings.reconcile_least_share)

        return compare_and_note(self.lake, self.settings.time_zone, feed, run_id, compare)

    def validate(self, plan: Plan) -> list[Outcome]:
        """Judges the landed batches of the night, all wards of a record kind in one frame, and commits them.

        Raises:
            LakeError: the lake cannot be read or written.
        """
        found = validate(self.settings, self.lake, plan, self.worker)
        for one in found:
            if one.status == "succeeded" and one.ward is not None and one.record_kind is not None:
                for feed in self.registry.feeds(one.ward, [one.record_kind]):
                    close_earlier_ids(feed, self.lake, plan.request.night)
        return found

    def arrivals(self, plan: Plan) -> Verdict:
        """What the run of a plan was worth, from the outcomes of its steps; not all that a person is told of it."""
        found = outcomes.read_run(self.lake, plan.run_id)
        judged = judge_night(
            plan,
            self.registry,
            found,
            self.settings.failed_wards_limit,
            Due(self.settings),
            last_committed(self.lake),
        )
        return replace(judged, is_late=is_late(self.settings, plan.request.night, datetime.now(UTC)))

    def verdict(self, plan: Plan) -> Verdict:
        """What the run of a plan was worth, what it refused, and whether earlier ones are published."""
        arrived = self.arrivals(plan)
        behind = self.what_is_not_published(besides=plan.run_id)
        return replace(arrived, refused=refused_records(self.lake, arrived), behind=behind)

    def verdict_on(self, night: date, now: datetime | None = None) -> Verdict:
        """What a night is worth as the lake has it by now, whatever runs made it so: all wards in force on it."""
        judged = verdict_on(self.settings, self.lake, self.registry, night, now)
        return replace(judged, behind=self.what_is_not_published())

    def what_is_not_published(self, besides: str | None = None) -> str | None:
        """One line when the published warehouse is older than the lake, but for one run's nights; else None."""
        from ward_warehouse.night.behind import what_is_not_published

        try:
            return what_is_not_published(self.settings, self.lake, besides)
        except WardWarehouseError as error:
            # What is wrong with the warehouse must not cost the verdict on the wards.
            return str(error)

    def run(self, plan: Plan, resolve: Resolver, progress: Callable[[str], None] = lambda _: None) -> Verdict:
        """Extracts the wards of a plan, judges what they sent, and gives the verdict on the night.

        Args:
            plan: what to read.
            resolve: gives a connection by its id.
            progress: called with the key of each ward once it was read.
        """
        ahead = import_ahead()
        self.extract(plan, resolve, progress)
        ahead.join()
        self.validate(plan)
        return self.verdict(plan)

    def release(self, ward: str, record_kind: RecordKind, night: date, by: str, reason: str) -> list[Outcome]:
        """Releases a held batch by decision and commits it; gives the outcomes.

        Raises:
            WardWarehouseError: no batch of that night waits, or somebody released it before.
        """
        from ward_warehouse.validation.holds import release

        plan = self.plan(Request(night=night), [ward], [str(record_kind)])
        waiting = pending_batches(self.lake, plan, record_kind)
        if not waiting:
            raise WardWarehouseError(f"{ward} {record_kind} night {night}: no batch of that night is held back")
        started = datetime.now(UTC)
        release(self.lake, waiting[0], by, reason)
        note = f"released by {by}: {reason}"
        found = note_outcome(self.lake, plan, "release", "succeeded", started, batch=waiting[0], warnings=(note,))
        return [found, *self.validate(plan)]

    def status(self) -> list[dict[str, Any]]:
        """Where each ward stands; see `standing`."""
        return standing(self.lake, self.registry)

    def vote_alarms(self) -> list[str]:
        """A line for each of the newest alarms about votes; none when the published warehouse cannot be read."""
        from ward_warehouse.warehouse.vote_alarms import alarm_lines

        try:
            return alarm_lines(self.settings.published_file)
        except WardWarehouseError:
            # `what_is_not_published` says what is wrong with it.
            return []

    def apply_decisions(self) -> int:
        """Lets in the quarantined records that people decided to let in; gives how many partitions that changed.

        Raises:
            LakeError: the lake cannot be read or written.
            ValidationError: the numbers of a partition do not add up.
        """
        from ward_warehouse.validation.commit import apply_decisions

        return sum(len(apply_decisions(self.lake, record_kind, ward)) for record_kind, ward in decided_wards(self.lake))

    def build(self, *, full_refresh: bool = False) -> BuildSummary:
        """Applies what people decided, loads what the lake has committed, and runs one `dbt build`.

        Args:
            full_refresh: forget the build file and make it anew from the lake alone.

        Raises:
            BuildError: the load, a model or a test failed; the published warehouse is left as it was.
        """
        from ward_warehouse.warehouse.build_file import forget_build, kept_open
        from ward_warehouse.warehouse.build_lock import building
        from ward_warehouse.warehouse.dbt import dbt_build
        from ward_warehouse.warehouse.duckdb import load
        from ward_warehouse.warehouse.publish import mark_audited, revoke_audit
        from ward_warehouse.warehouse.restatements import keep_restatements

        build_file = self.settings.build_file
        with building(build_file):
            revoke_audit(build_file)
            if full_refresh:
                forget_build(build_file)
            self.apply_decisions()
            # Open from the first step to the last: each would open it anew, a twentieth of a second.
            with kept_open(self.settings):
                load(self.settings, self.lake, self.registry)
                summary = dbt_build(self.settings, outcomes.new_id())
                # Before the build may be published: what analysts see of a restatement is what every later build says.
                keep_restatements(self.lake, self.settings)
            mark_audited(build_file, summary.build_id)
        return summary

    def publish(self) -> dict[str, int]:
        """Makes the build what analysts see; gives the rows of each published table.

        Raises:
            BuildError: the last build did not pass its audit, or cannot be copied.
        """
        from ward_warehouse.warehouse.publish import publish

        return publish(self.settings)

    def copy_as_parquet(self) -> str:
        """Copies what is published as Parquet; gives one line on what was done, or why it was not.

        A copy that cannot be made (a full disk) fails no night: the one of the night before stays.
        """
        from ward_warehouse.warehouse.parquet_copy import copy_as_parquet

        try:
            return str(copy_as_parquet(self.settings))
        except WardWarehouseError as error:
            log.warning("%s", error)
            return f"not copied: {error}"

    def serve(self, resolve: Resolver) -> Served:
        """Publishes the build to PostgreSQL as well.

        Args:
            resolve: gives a connection by its id.

        Raises:
            BuildError: the last build did not pass its audit, or PostgreSQL does not take it and shows what it showed.
            SettingsError: there is no such connection.
        """
        from ward_warehouse.warehouse.postgres.publish import publish

        return publish(self.settings, resolve(self.settings.postgres_conn_id))

    def document(self) -> int:
        """Writes the Data Docs of what is published; gives how many pages they have.

        Raises:
            BuildError: nothing is published yet, or the pages cannot be written; the old pages stay.
            ValidationError: a suite is wrong.
        """
        from ward_warehouse.validation.data_docs.site import write_data_docs
        from ward_warehouse.warehouse.published import open_published

        file = self.settings.published_file
        with open_published(file) as published:
            published_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            return write_data_docs(self.settings, published, published_at)

    def maintain(self) -> Outcome:
        """Deletes what the policy keeps no longer and compacts the lake; says so as an outcome.

        Raises:
            LakeError: the lake cannot be read or written; what was done so far stands.
        """
        from ward_warehouse.lake.maintenance import maintain

        started = datetime.now(UTC)
        today = started.astimezone(ZoneInfo(self.settings.time_zone)).date()
        plan = Plan(run_id=outcomes.new_id(), request=Request(night=today), wards=[], record_kinds=[], problems=[])
        try:
            done = maintain(self.settings, self.lake, started)
        except WardWarehouseError as error:
            note_outcome(self.lake, plan, "maintenance", "failed", started, error=str(error))
            raise
        return note_outcome(self.lake, plan, "maintenance", "succeeded", started, warnings=(str(done),))
