"""Nights that were loaded wrongly and taken back: who did it, why, and what the partition was.

    taken_back/<record kind>/<ward>/<night>-<batch>.json     the decision, with the manifest as it stood

The Parquet files stay, named by the decision, for whoever has to see what was loaded. Their manifest is gone, so that
for every reader the night was never loaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.store import Lake, LakeRecord, Manifest

FOLDER = "taken_back"


class TakenBack(LakeRecord):
    """A decision that a night of one ward and record kind does not count.

    Attributes:
        manifest: the partition as it was committed.
        taken_by, reason: who decided, and why.
        taken_back_at: when (UTC).
    """

    manifest: Manifest
    taken_by: str
    reason: str
    taken_back_at: datetime


def path(record_kind: RecordKind | str, ward: str, night: date, batch_id: str) -> str:
    """Where the decision about a partition is kept."""
    return f"{FOLDER}/{record_kind}/{ward}/{night}-{batch_id}.json"


def read_all(lake: Lake) -> Iterator[TakenBack]:
    """Every decision of the lake.

    Raises:
        LakeError: one cannot be read.
    """
    for record_kind in RecordKind:
        for ward in lake.folders(f"{FOLDER}/{record_kind}"):
            yield from lake.read_records(lake.names(f"{FOLDER}/{record_kind}/{ward}"), TakenBack)
