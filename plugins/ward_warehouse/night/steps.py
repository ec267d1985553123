"""A night, step by step: the functions that the command line, the DAGs and the tests all run.

plan -> extract (per ward) -> validate -> roll up -> build -> publish -> document. Each step reads what the one before
it committed to the lake and appends outcomes; what passes between them is small and holds no record.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import (
    LockedError,
    PostponedError,
    ReconcileError,
    SchemaDriftError,
    WardWarehouseError,
)
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.deletions import Reconciliation
from ward_warehouse.lake.key_marks import require_known_key
from ward_warehouse.lake.locks import partition_lock
from ward_warehouse.lake.outcomes import Outcome, Status, Step
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, landed_path, manifest_path, previous_manifest
from ward_warehouse.night.extract import Request, extract
from ward_warehouse.night.plan import Plan, record_kind
from ward_warehouse.night.reconcile import reconcile, unknown_note
from ward_warehouse.registry import Dataset, Registry, load_registry
from ward_warehouse.sources.host_limit import reader_slot

# A task that reads one ward must not pay for pandas and the calendar: what judges and builds is imported where used.
if TYPE_CHECKING:
    from ward_warehouse.validation.guards import Watch
    from ward_warehouse.validation.judging import Judge
    from ward_warehouse.warehouse.dbt import BuildSummary

log = logging.getLogger(__name__)


class Night:
    """The settings, registry and lake of a run, opened once in each process."""

    def __init__(self, settings: Settings, registry: Registry | None = None) -> None:
        self.settings = settings
        self.registry = registry if registry is not None else load_registry(settings)
        self.lake = Lake(settings.lake)

    def plan(self, request: Request, wards: list[str] | None = None, kinds: list[str] | None = None) -> Plan:
        """Which wards and record kinds a run reads: those named, else all wards in force on the night.

        Raises:
            RegistryError: a named ward has no valid entry.
            WardWarehouseError: a record kind is unknown, or nothing is left to do.
        """
        require_known_key(self.settings, self.lake)
        chosen = [record_kind(name) for name in kinds or list(RecordKind)]
        for ward in wards or []:
            self.registry.datasets(ward)
        keys = wards or self.registry.wards_in_force(request.night)
        if not keys:
            raise WardWarehouseError(
                f"night {request.night}: no ward of the registry is in force; check in_force in "
                f"{self.settings.wards_dir.name}/*.yml, or the night"
            )
        return Plan(
            run_id=outcomes.new_id(), request=request, wards=keys, kinds=chosen, problems=self.registry.problems
        )

    def extract_ward(self, plan: Plan, ward: str, resolve: Resolver) -> list[Outcome]:
        """Extracts every dataset of a ward; a dataset that fails leaves the others alone.

        Returns the outcomes, also of what failed: whether that fails the caller is the caller's decision.
        """
        datasets = self.registry.datasets(ward, plan.kinds)
        return [self._extract_dataset(plan, dataset, resolve) for dataset in datasets]

    def _extract_dataset(self, plan: Plan, dataset: Dataset, resolve: Resolver) -> Outcome:
        started = datetime.now(UTC)
        try:
            key = self.settings.require_key()
            with self._reading(dataset, plan.request.night, resolve) as resolved:
                extracted = extract(dataset, plan.request, self.lake, resolved, key, self.settings.pseudonym_key_id)
        except WardWarehouseError as error:
            return self._note(plan, "extract", _status(error), started, dataset=dataset, error=str(error))
        except Exception as error:
            # An unforeseen fault of one ward must not take the night with it.
            text = _unforeseen(str(dataset), "reading", error)
            return self._note(plan, "extract", "failed", started, dataset=dataset, error=text)
        return self._note(
            plan, "extract", "succeeded", started, dataset=dataset, batch=extracted.batch,
            error="; ".join(extracted.refused) or None, warnings=extracted.warnings,
        )  # fmt: skip

    @contextmanager
    def _reading(self, dataset: Dataset, night: date, resolve: Resolver) -> Iterator[Resolver]:
        """The right to read a dataset: outside its maintenance window, a place at its host, and alone on its partition.

        Raises:
            PostponedError: the ward is in its maintenance window.
            LockedError: another run is at work on the same partition.
            SourceError: the host had no place for another reader.
        """
        until = self.postponed_until(dataset.ward.ward)
        if until is not None:
            raise PostponedError(
                f"{dataset}: not read, its maintenance window lasts until {until:%Y-%m-%d %H:%M}; run it again then",
                until,
            )
        connection = resolve(dataset.connection_id)
        limit, wait = self.settings.readers_per_host, self.settings.reader_wait_minutes * 60
        with (
            partition_lock(self.lake, dataset.kind, dataset.ward.ward, night),
            reader_slot(self.settings.home.resolve(), connection, limit, wait),
        ):
            yield lambda _: connection

    def postponed_until(self, ward: str) -> datetime | None:
        """When the ward's maintenance window is over, in its district's time; None outside of it."""
        window = self.registry.wards[ward].maintenance
        zone = ZoneInfo(self.registry.districts[self.registry.wards[ward].district].time_zone)
        return window.end(datetime.now(zone)) if window else None

    def reconcile_ward(
        self, ward: str, kinds: list[RecordKind], run_id: str, resolve: Resolver
    ) -> list[tuple[Outcome, Reconciliation | None]]:
        """Compares the ward's records with its source and marks what vanished there; see `reconcile`.

        Returns an outcome for each dataset of the kinds, and what was found if it could be compared.
        """
        return [self._reconcile_dataset(dataset, run_id, resolve) for dataset in self.registry.datasets(ward, kinds)]

    def _reconcile_dataset(
        self, dataset: Dataset, run_id: str, resolve: Resolver
    ) -> tuple[Outcome, Reconciliation | None]:
        started = datetime.now(UTC)
        newest = previous_manifest(self.lake, dataset.kind, dataset.ward.ward, date.max)
        night = newest.night if newest else started.astimezone(ZoneInfo(self.settings.time_zone)).date()
        plan = Plan(
            run_id=run_id, request=Request(night=night), wards=[dataset.ward.ward], kinds=[dataset.kind], problems=[]
        )
        try:
            key = self.settings.require_key()
            with self._reading(dataset, night, resolve) as resolved:
                found = reconcile(dataset, self.lake, resolved, key, self.settings.reconcile_least_share)
        except WardWarehouseError as error:
            status = _status(error)
            return self._note(plan, "reconcile", status, started, dataset=dataset, error=str(error)), None
        return self._note(plan, "reconcile", "succeeded", started, dataset=dataset, warnings=unknown_note(found)), found

    def validate(self, plan: Plan) -> list[Outcome]:
        """Judges the landed batches of the night, all wards of a record kind in one frame, and commits them."""
        found: list[Outcome] = []
        for kind in plan.kinds:
            batches = self._pending(plan, kind)
            if batches:
                found.extend(self._validate_kind(plan, kind, batches))
        return found

    def _validate_kind(self, plan: Plan, kind: RecordKind, batches: list[LandedBatch]) -> list[Outcome]:
        started = datetime.now(UTC)
        found: list[Outcome] = []
        free: list[LandedBatch] = []
        with ExitStack() as locks:
            for batch in batches:
                try:
                    locks.enter_context(partition_lock(self.lake, kind, batch.ward, batch.night))
                except LockedError as error:
                    found.append(self._note(plan, "validate", "failed", started, batch=batch, error=str(error)))
                    continue
                # Another run may have judged it, or read it anew, before the lock was free.
                if self.lake.read_record(landed_path(kind, batch.ward, batch.night), LandedBatch) == batch:
                    free.append(batch)
            return [*found, *(self._judge(plan, kind, free) if free else [])]

    def _judge(self, plan: Plan, kind: RecordKind, batches: list[LandedBatch]) -> list[Outcome]:
        from ward_warehouse.validation.commit import judge_batches
        from ward_warehouse.validation.judging import Judge, load_suite

        started = datetime.now(UTC)
        try:
            judge = Judge(load_suite(self.settings.expectations_dir, kind))
            watch = self._watch(plan)
        except WardWarehouseError as error:
            return [self._note(plan, "validate", "failed", started, batch=batch, error=str(error)) for batch in batches]
        try:
            judge_batches(self.lake, judge, batches, watch.holds)
        except Exception:
            # One batch is damaged: judged one by one, the others still get through.
            return [self._validate_batch(plan, judge, watch, batch) for batch in batches]
        return [self._judged(plan, started, watch, batch) for batch in batches]

    def _watch(self, plan: Plan) -> Watch:
        from ward_warehouse.validation.guards import Watch, WorkingDays, load_guards

        asked = plan.request.full or plan.request.since is not None or plan.request.until is not None
        return Watch(self.lake, load_guards(self.settings.expectations_dir), WorkingDays(self.settings), asked)

    def _validate_batch(self, plan: Plan, judge: Judge, watch: Watch, batch: LandedBatch) -> Outcome:
        from ward_warehouse.validation.commit import judge_batches

        started = datetime.now(UTC)
        try:
            if self._committed(batch) is None:
                judge_batches(self.lake, judge, [batch], watch.holds)
        except WardWarehouseError as error:
            return self._note(plan, "validate", "failed", started, batch=batch, error=str(error))
        except Exception as error:
            text = _unforeseen(f"{batch.ward} {batch.kind}", "judging", error)
            return self._note(plan, "validate", "failed", started, batch=batch, error=text)
        return self._judged(plan, started, watch, batch)

    def _judged(self, plan: Plan, started: datetime, watch: Watch, batch: LandedBatch) -> Outcome:
        """The outcome of a batch that was judged: committed, or held back."""
        held = watch.held.get(batch.batch_id)
        if held is not None:
            return self._note(plan, "validate", "held", started, batch=batch, error=held)
        manifest = self._committed(batch) or batch
        return self._note(plan, "validate", "succeeded", started, batch=manifest, warnings=watch.warnings_of(batch))

    def release(self, ward: str, kind: RecordKind, night: date, by: str, reason: str) -> list[Outcome]:
        """Releases a held batch by decision and commits it; gives the outcomes.

        Raises:
            WardWarehouseError: no batch of that night waits, or somebody released it before.
        """
        from ward_warehouse.validation.guards import release

        plan = self.plan(Request(night=night), [ward], [str(kind)])
        waiting = self._pending(plan, kind)
        if not waiting:
            raise WardWarehouseError(f"{ward} {kind} night {night}: no batch of that night is held back")
        started = datetime.now(UTC)
        release(self.lake, waiting[0], by, reason)
        note = f"released by {by}: {reason}"
        found = self._note(plan, "release", "succeeded", started, batch=waiting[0], warnings=(note,))
        return [found, *self.validate(plan)]

    def _committed(self, batch: LandedBatch) -> Manifest | None:
        """The partition that this very batch became, if it was judged already."""
        manifest = self.lake.read_record(manifest_path(batch.kind, batch.ward, batch.night), Manifest)
        return manifest if manifest is not None and manifest.batch_id == batch.batch_id else None

    def _pending(self, plan: Plan, kind: RecordKind) -> list[LandedBatch]:
        """Landed batches of the night that are not judged yet."""
        pending = []
        for ward in plan.wards:
            landed = self.lake.read_record(landed_path(kind, ward, plan.request.night), LandedBatch)
            if landed is not None and self._committed(landed) is None:
                pending.append(landed)
        return pending

    def status(self) -> list[dict[str, Any]]:
        """The newest committed partition of each ward and record kind of the registry; counts are None without one."""
        rows = []
        for ward in self.registry.wards:
            for dataset in self.registry.datasets(ward):
                newest = previous_manifest(self.lake, dataset.kind, ward, date.max)
                fields = ("night", "rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged", "cursor_to")
                values = {name: getattr(newest, name) if newest else None for name in fields}
                adds_up = newest is None or (
                    newest.rows_read == newest.rows_accepted + newest.rows_quarantined + newest.rows_unchanged
                )
                waiting = self._waiting(dataset, newest)
                rows.append({"ward": ward, "kind": str(dataset.kind), **values, "adds_up": adds_up, "waiting": waiting})
        return rows

    def _waiting(self, dataset: Dataset, newest: Manifest | None) -> date | None:
        """The newest night that is landed but not committed: held back, or not judged yet."""
        landed = self.lake.names(f"landing/{dataset.kind}/{dataset.ward.ward}")
        batch = self.lake.read_record(landed[-1], LandedBatch) if landed else None
        if batch is None or self._committed(batch) is not None:
            return None
        return batch.night if newest is None or batch.night >= newest.night else None

    def build(self, *, full_refresh: bool = False) -> BuildSummary:
        """Loads what the lake has committed and runs one `dbt build`.

        Args:
            full_refresh: forget the build file and make it anew from the lake alone.

        Raises:
            BuildError: the load, a model or a test failed; the published warehouse is left as it was.
        """
        from ward_warehouse.warehouse.dbt import dbt_build
        from ward_warehouse.warehouse.duckdb import forget_build, load
        from ward_warehouse.warehouse.publish import mark_audited, revoke_audit
        from ward_warehouse.warehouse.restatements import keep_restatements

        build_file = self.settings.build_file
        revoke_audit(build_file)
        if full_refresh:
            forget_build(build_file)
        load(self.settings, self.lake, self.registry)
        summary = dbt_build(self.settings, outcomes.new_id())
        # Before the build may be published: what analysts see of a restatement is what every later build will say.
        keep_restatements(self.lake, build_file)
        mark_audited(build_file, summary.build_id)
        return summary

    def publish(self) -> dict[str, int]:
        """Makes the build what analysts see; gives the rows of each published table.

        Raises:
            BuildError: the last build did not pass its audit, or cannot be copied.
        """
        from ward_warehouse.warehouse.publish import publish

        return publish(self.settings)

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
        plan = Plan(run_id=outcomes.new_id(), request=Request(night=today), wards=[], kinds=[], problems=[])
        try:
            done = maintain(self.settings, self.lake, started)
        except WardWarehouseError as error:
            self._note(plan, "maintenance", "failed", started, error=str(error))
            raise
        return self._note(plan, "maintenance", "succeeded", started, warnings=(str(done),))

    def _note(
        self,
        plan: Plan,
        step: Step,
        status: Status,
        started: datetime,
        *,
        dataset: Dataset | None = None,
        batch: LandedBatch | None = None,
        error: str | None = None,
        warnings: tuple[str, ...] = (),
    ) -> Outcome:
        judged = batch if isinstance(batch, Manifest) else None
        return outcomes.append(
            self.lake,
            Outcome(
                outcome_id=outcomes.next_id(self.lake, plan.run_id),
                run_id=plan.run_id,
                night=plan.request.night,
                step=step,
                status=status,
                started_at=started,
                finished_at=datetime.now(UTC),
                ward=dataset.ward.ward if dataset else batch.ward if batch else None,
                district=dataset.ward.district if dataset else batch.district if batch else None,
                kind=dataset.kind if dataset else batch.kind if batch else None,
                rows_read=batch.rows_read if batch else None,
                rows_unchanged=batch.rows_unchanged if batch else None,
                rows_accepted=judged.rows_accepted if judged else None,
                rows_quarantined=judged.rows_quarantined if judged else None,
                cursor_from=batch.cursor_from if batch else None,
                cursor_to=batch.cursor_to if batch else None,
                error=error,
                fingerprint=batch.batch_id if batch else None,
                new_columns=tuple(batch.new_columns) if batch else (),
                warnings=warnings,
            ),
        )


def _unforeseen(what: str, doing: str, error: Exception) -> str:
    """The line on an error that nobody foresaw; its type and place are logged, its text may quote a citizen's data."""
    text = f"{what}: unexpected {type(error).__name__} while {doing}; see the log of its task and report it"
    log.error("%s\n%s", text, "".join(traceback.format_tb(error.__traceback__)))
    return text


def _status(error: WardWarehouseError) -> Status:
    if isinstance(error, PostponedError):
        return "postponed"
    return "held" if isinstance(error, SchemaDriftError | ReconcileError) else "failed"
