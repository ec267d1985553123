"""Where each ward stands: its newest committed night, and what is landed and waits."""

from __future__ import annotations

from datetime import date
from typing import Any

from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, previous_manifest
from ward_warehouse.night.judge import committed
from ward_warehouse.registry import Feed, Registry


def standing(lake: Lake, registry: Registry) -> list[dict[str, Any]]:
    """The newest committed partition of each ward and record kind of the registry; counts are None without one."""
    rows = []
    for ward in registry.wards:
        for feed in registry.feeds(ward):
            newest = previous_manifest(lake, feed.record_kind, ward, date.max)
            fields = ("night", "rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged", "cursor_to")
            values = {name: getattr(newest, name) if newest else None for name in fields}
            adds_up = newest is None or (
                newest.rows_read == newest.rows_accepted + newest.rows_quarantined + newest.rows_unchanged
            )
            waiting = _waiting(lake, feed, newest)
            rows.append(
                {"ward": ward, "record_kind": str(feed.record_kind), **values, "adds_up": adds_up, "waiting": waiting}
            )
    return rows


def _waiting(lake: Lake, feed: Feed, newest: Manifest | None) -> date | None:
    """The newest night that is landed but not committed: held back, or not judged yet."""
    landed = lake.names(f"landing/{feed.record_kind}/{feed.ward.ward}")
    batch = lake.read_record(landed[-1], LandedBatch) if landed else None
    if batch is None or committed(lake, batch) is not None:
        return None
    return batch.night if newest is None or batch.night >= newest.night else None
