"""Batches that wait for a person: why each is held back, and who released it.

holds/<record kind>/<ward>/<night>-<batch>.json       why the guards held the batch back
releases/<record kind>/<ward>/<night>-<batch>.json    a person's decision that it is right all the same
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.deciding import require_who_and_why
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake.store import Lake, LakeRecord, LandedBatch, landed_path, previous_manifest


class Hold(LakeRecord):
    """That a batch was held back, and by which guards; written each time that it is judged."""

    record_kind: RecordKind
    ward: str
    night: date
    batch_id: str
    guards: tuple[str, ...]
    held_at: datetime


def hold_path(batch: LandedBatch) -> str:
    """Where it is noted that a batch is held back."""
    return f"holds/{batch.record_kind}/{batch.ward}/{batch.night}-{batch.batch_id}.json"


def hold(lake: Lake, batch: LandedBatch, guards: tuple[str, ...]) -> None:
    """Notes that a batch is held back, so that a later night which brings the same records is held as well.

    Raises:
        LakeError: the lake cannot be written.
    """
    noted = Hold(
        record_kind=batch.record_kind, ward=batch.ward, night=batch.night, batch_id=batch.batch_id, guards=guards,
        held_at=datetime.now(UTC),
    )  # fmt: skip
    lake.write_record(hold_path(batch), noted)


def waiting(lake: Lake, batch: LandedBatch) -> list[tuple[Hold, LandedBatch]]:
    """The earlier nights of the batch's ward that are held back still, the oldest first, each as it was landed.

    A hold is over when its batch, or a later night of the ward, was committed, or the night was read anew.
    """
    names = lake.names(f"holds/{batch.record_kind}/{batch.ward}")
    newest = previous_manifest(lake, batch.record_kind, batch.ward, batch.night) if names else None
    found = []
    for name in names:
        night = date.fromisoformat(PurePosixPath(name).name[:10])
        if night >= batch.night or (newest is not None and night <= newest.night):
            continue
        held = lake.read_record(name, Hold)
        landed = lake.read_record(landed_path(batch.record_kind, batch.ward, night), LandedBatch)
        if held is not None and landed is not None and landed.batch_id == held.batch_id:
            found.append((held, landed))
    return found


class Release(LakeRecord):
    """A person's decision that a held batch is right all the same; written once, never changed."""

    record_kind: RecordKind
    ward: str
    night: date
    batch_id: str
    by: str
    reason: str
    released_at: datetime


def release_path(batch: LandedBatch) -> str:
    """Where the release of a held batch is committed."""
    return f"releases/{batch.record_kind}/{batch.ward}/{batch.night}-{batch.batch_id}.json"


def release(lake: Lake, batch: LandedBatch, by: str, reason: str) -> Release:
    """Releases a held batch; validating the night then commits it.

    Raises:
        WardWarehouseError: who or why is missing, or somebody released it before.
        LakeError: the lake cannot be written.
    """
    by, reason = require_who_and_why(by, reason)
    found = Release(
        record_kind=batch.record_kind, ward=batch.ward, night=batch.night, batch_id=batch.batch_id, by=by,
        reason=reason, released_at=datetime.now(UTC),
    )  # fmt: skip
    if not lake.create(release_path(batch), found.model_dump_json().encode()):
        before = lake.read_record(release_path(batch), Release)
        who = f"{before.by} at {before.released_at:%Y-%m-%d %H:%M} UTC ({before.reason})" if before else "somebody"
        raise WardWarehouseError(f"{batch.ward} {batch.record_kind} night {batch.night}: was released by {who} already")
    return found
