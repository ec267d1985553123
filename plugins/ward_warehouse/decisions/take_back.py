"""Taking a wrongly loaded night back: from then on all is as if it had not been loaded, and who did it and why is kept.

The decision is written first, the manifest removed last. Ended in between, the night still counts, and the same command
again finishes it.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.deciding import require_who_and_why
from ward_warehouse.core.errors import LakeError, WardWarehouseError
from ward_warehouse.lake import outcomes, taken_back
from ward_warehouse.lake.locks import partition_lock, require_lock
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake, Manifest, landed_path, manifest_path, previous_manifest
from ward_warehouse.lake.taken_back import TakenBack


def take_back(
    lake: Lake, record_kinds: list[RecordKind], ward: str, night: date, by: str, reason: str
) -> list[Outcome]:
    """Takes a night of a ward back; gives an outcome for each record kind.

    Args:
        lake: the lake.
        record_kinds: the record kinds; without any, all of which the night was loaded.
        ward: the ward's key.
        night: the night.
        by: who decides.
        reason: and why.

    Raises:
        WardWarehouseError: who or why is missing, or a record kind, or all of them, was not loaded on that night.
        LockedError: a run is at work on the night, or on one after it.
        LakeError: the lake cannot be read or written; what was done so far stands, and may be done again.
    """
    by, reason = require_who_and_why(by, reason)
    loaded = [record_kind for record_kind in RecordKind if lake.exists(manifest_path(record_kind, ward, night))]
    missing = [str(record_kind) for record_kind in record_kinds if record_kind not in loaded]
    if missing or not loaded:
        raise WardWarehouseError(
            f"{ward} {', '.join(missing) or 'all record kinds'} night {night}: was not loaded, so there is nothing to "
            "take back; `ward-warehouse status` shows what was"
        )
    run_id = outcomes.new_id()
    found = []
    for record_kind in record_kinds or loaded:
        found.append(_take_partition_back(lake, run_id, (record_kind, ward, night), by, reason))
    return found


def _outcome(lake: Lake, run_id: str, started: datetime, decision: TakenBack) -> Outcome:
    manifest = decision.manifest
    return Outcome(
        outcome_id=outcomes.next_id(lake, run_id),
        run_id=run_id,
        night=manifest.night,
        step="take_back",
        status="succeeded",
        started_at=started,
        finished_at=datetime.now(UTC),
        ward=manifest.ward,
        district=manifest.district,
        record_kind=manifest.record_kind,
        fingerprint=manifest.batch_id,
        warnings=(f"taken back by {decision.taken_by}: {decision.reason}",),
    )


def _take_partition_back(lake: Lake, run_id: str, place: tuple[RecordKind, str, date], by: str, reason: str) -> Outcome:
    """Takes one partition out of the lake; the next build and the next read know nothing of it.

    The nights after it keep their records, and are told to begin where the night before it ended: what the wrong night
    should have brought lies before their own windows, and the next night reads it.
    """
    record_kind, ward, night = place
    started = datetime.now(UTC)
    with ExitStack() as locks:
        for one in _nights_from(lake, record_kind, ward, night):
            locks.enter_context(partition_lock(lake, record_kind, ward, one))
        manifest = lake.read_record(manifest_path(record_kind, ward, night), Manifest)
        if manifest is None:
            raise WardWarehouseError(
                f"{ward} {record_kind} night {night}: was not loaded, so there is nothing to take back"
            )
        decision = TakenBack(manifest=manifest, taken_by=by, reason=reason, taken_back_at=datetime.now(UTC))
        for one in _nights_from(lake, record_kind, ward, night):
            require_lock(lake, record_kind, ward, one)
        lake.write_record(taken_back.path(record_kind, ward, night, manifest.batch_id), decision)
        # Before the manifest goes: that it was committed, and is not there, would else be a loss.
        outcome = outcomes.append(lake, _outcome(lake, run_id, started, decision))
        before = previous_manifest(lake, record_kind, ward, night)
        own_files = set(manifest.files.items()) - set(before.files.items() if before else ())
        for later in _nights_from(lake, record_kind, ward, night)[1:]:
            _begin_again(lake, record_kind, ward, later, before, own_files)
        _remove(lake, landed_path(record_kind, ward, night))
        _remove(lake, manifest_path(record_kind, ward, night))
    return outcome


def _nights_from(lake: Lake, record_kind: RecordKind, ward: str, night: date) -> list[date]:
    """The night, and the committed ones after it."""
    stems = [PurePosixPath(name).stem for name in lake.names(f"manifests/{record_kind}/{ward}")]
    return [night, *(date.fromisoformat(stem) for stem in stems if stem > night.isoformat())]


def _begin_again(
    lake: Lake,
    record_kind: RecordKind,
    ward: str,
    later: date,
    before: Manifest | None,
    own_files: set[tuple[str, str]],
) -> None:
    """A later partition without what it took over from the night: its place in the source, and its files."""
    manifest = lake.read_record(manifest_path(record_kind, ward, later), Manifest)
    if manifest is None:
        return
    files = {name: mark for name, mark in manifest.files.items() if (name, mark) not in own_files}
    changes = {"cursor_to": before.cursor_to if before else None, "files": files}
    lake.write_record(manifest_path(record_kind, ward, later), manifest.model_copy(update=changes))


def _remove(lake: Lake, relative: str) -> None:
    if not lake.remove(relative) and lake.exists(relative):
        raise LakeError(
            f"lake: {relative} cannot be removed; check the rights of the lake, then give the command again"
        )
