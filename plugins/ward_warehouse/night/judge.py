"""The judging of a night: landed batches of all wards of a record kind in one frame, each committed or held back."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from threading import Thread
from typing import TYPE_CHECKING

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.lock_holder import BY_HAND, Worker
from ward_warehouse.lake.locks import partition_lock
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, landed_path, manifest_path
from ward_warehouse.night.noting import note_outcome, unforeseen
from ward_warehouse.night.plan import Plan

WAIT_SECONDS = 10
"""How long another run that is at work on the same batch is waited for; judging one takes a second or two."""

# A task that reads one ward must not pay for pandas and Great Expectations: what judges is imported where it is used.
if TYPE_CHECKING:
    from ward_warehouse.validation.commit import BatchVerdict
    from ward_warehouse.validation.judging import Judge
    from ward_warehouse.validation.watch import Watch


def import_ahead() -> Thread:
    """Begins to import what judging needs, which takes seconds: for a process that reads first and judges then.

    Gives the thread that does it. What goes wrong in it goes wrong again, and is told, where it is needed.
    """
    thread = Thread(target=_import_judging, name="import of judging", daemon=True)
    thread.start()
    return thread


def _import_judging() -> None:
    with suppress(Exception):
        from ward_warehouse.validation import commit, watch  # noqa: F401 - imported for those who come later
        from ward_warehouse.validation.importing import great_expectations

        great_expectations()


def validate(settings: Settings, lake: Lake, plan: Plan, worker: Worker = BY_HAND) -> list[Outcome]:
    """Judges the landed batches of a plan's night and commits them; gives an outcome for each.

    A batch that cannot be judged, or that another run is at work on, is an outcome that failed; the others go on.

    Raises:
        LakeError: the lake cannot be written.
    """
    found: list[Outcome] = []
    for record_kind in plan.record_kinds:
        batches = pending_batches(lake, plan, record_kind)
        if batches:
            found.extend(_Judging(settings, lake, plan, record_kind, worker).judge_free(batches))
    return found


def pending_batches(lake: Lake, plan: Plan, record_kind: RecordKind) -> list[LandedBatch]:
    """Landed batches of the plan's night that are not judged yet, or are held back."""
    night = plan.request.night
    landed = lake.read_records([landed_path(record_kind, ward, night) for ward in plan.wards], LandedBatch)
    places = [manifest_path(record_kind, batch.ward, night) for batch in landed]
    if places and not lake.is_local:
        # Mostly there is none; one that a listing does not show yet is seen once the partition is locked.
        there = {path for path, _ in lake.versions_below(f"manifests/{record_kind}")}
        places = [path for path in places if path in there]
    manifests = lake.read_records(places, Manifest)
    done = {manifest.batch_id for manifest in manifests}
    return [batch for batch in landed if batch.batch_id not in done]


def committed(lake: Lake, batch: LandedBatch) -> Manifest | None:
    """The partition that this very batch became, if it was judged already."""
    manifest = _standing(lake, batch)
    return manifest if manifest is not None and manifest.batch_id == batch.batch_id else None


def _standing(lake: Lake, batch: LandedBatch) -> Manifest | None:
    return lake.read_record(manifest_path(batch.record_kind, batch.ward, batch.night), Manifest)


class _Judging:
    """The judging of one record kind in one run."""

    def __init__(self, settings: Settings, lake: Lake, plan: Plan, record_kind: RecordKind, worker: Worker) -> None:
        self._settings = settings
        self._lake = lake
        self._plan = plan
        self._record_kind = record_kind
        self._worker = worker
        self._started = datetime.now(UTC)
        self._stands: dict[str, Manifest | None] = {}

    def judge_free(self, batches: list[LandedBatch]) -> list[Outcome]:
        """Judges those batches that no other run is at work on."""
        found: list[Outcome] = []
        free: list[LandedBatch] = []
        with ExitStack() as locks:
            for batch in batches:
                try:
                    self._lock(locks, batch)
                except LockedError as error:
                    found.append(self._note_failed(batch, str(error)))
                    continue
                stands = _standing(self._lake, batch)
                if stands is not None and stands.batch_id == batch.batch_id:
                    found.append(self._note_done(stands))
                    continue
                # Another run may have judged it, or read it anew, before the lock was free.
                if (
                    self._lake.read_record(landed_path(self._record_kind, batch.ward, batch.night), LandedBatch)
                    == batch
                ):
                    free.append(batch)
                    self._stands[batch.batch_id] = stands
            return [*found, *(self._judge(free) if free else [])]

    def _lock(self, locks: ExitStack, batch: LandedBatch) -> None:
        """Locks a batch's partition; a run that judges the same batch is waited for, and what it commits is taken."""
        for attempt in Retrying(
            retry=retry_if_exception_type(LockedError),
            stop=stop_after_delay(WAIT_SECONDS),
            wait=wait_fixed(0.2),
            reraise=True,
        ):
            with attempt:
                locks.enter_context(
                    partition_lock(self._lake, self._record_kind, batch.ward, batch.night, self._worker)
                )

    def _judge(self, batches: list[LandedBatch]) -> list[Outcome]:
        from ward_warehouse.validation.commit import judge_batches
        from ward_warehouse.validation.judging import Judge
        from ward_warehouse.validation.suites import load_suite

        try:
            judge = Judge(load_suite(self._settings.expectations_dir, self._record_kind))
            watch = self._make_watch()
        except WardWarehouseError as error:
            return [self._note_failed(batch, str(error)) for batch in batches]
        try:
            verdicts = judge_batches(self._lake, judge, batches, watch.rule_on, self._stood)
        except Exception:
            # One batch is damaged: judged one by one, the others still get through.
            return [self._judge_alone(judge, watch, batch) for batch in batches]
        return [self._note_verdict(verdict) for verdict in verdicts]

    def _stood(self, batch: LandedBatch) -> Manifest | None:
        """The partition that a batch replaces, as it is since its lock is held."""
        return self._stands[batch.batch_id]

    def _make_watch(self) -> Watch:
        from ward_warehouse.validation.guards import load_guards
        from ward_warehouse.validation.watch import Watch, WorkingDays

        request = self._plan.request
        asked = request.full or request.since is not None or request.until is not None
        return Watch(self._lake, load_guards(self._settings.expectations_dir), WorkingDays(self._settings), asked)

    def _judge_alone(self, judge: Judge, watch: Watch, batch: LandedBatch) -> Outcome:
        from ward_warehouse.validation.commit import judge_batches

        # It may have been committed before another one of the group failed.
        done = committed(self._lake, batch)
        if done is not None:
            return self._note_done(done)
        try:
            (verdict,) = judge_batches(self._lake, judge, [batch], watch.rule_on, self._stood)
        except WardWarehouseError as error:
            return self._note_failed(batch, str(error))
        except Exception as error:
            return self._note_failed(batch, unforeseen(f"{batch.ward} {batch.record_kind}", "judging", error))
        return self._note_verdict(verdict)

    def _note_verdict(self, verdict: BatchVerdict) -> Outcome:
        ruling, started = verdict.ruling, self._started
        if ruling.held is not None:
            return note_outcome(
                self._lake,
                self._plan,
                "validate",
                "held",
                started,
                batch=verdict.batch,
                error=ruling.held,
                cause="held",
            )
        return note_outcome(
            self._lake, self._plan, "validate", "succeeded", started, batch=verdict.manifest, warnings=ruling.warnings
        )

    def _note_done(self, manifest: Manifest) -> Outcome:
        return note_outcome(self._lake, self._plan, "validate", "succeeded", self._started, batch=manifest)

    def _note_failed(self, batch: LandedBatch, error: str) -> Outcome:
        return note_outcome(
            self._lake, self._plan, "validate", "failed", self._started, batch=batch, error=error, cause="not_judged"
        )
