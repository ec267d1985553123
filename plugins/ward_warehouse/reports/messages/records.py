"""What was sent, kept in the lake: a message goes once to each of its addresses, whoever sends it and how often.

    messages/<night>/<id>.json     a delivery: sent, bounced, or to be tried again
    messages/<night>/<id>.claim    whoever is sending it at this moment

The id is a hash of the address: the lake holds no addresses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

from ward_warehouse.core.shown import Shown
from ward_warehouse.lake.store import Lake, LakeRecord

CLAIM_ENDS_AFTER = timedelta(minutes=15)
"""Longer than any server may take: a claim as old as that was left by a process that was killed."""


class Delivery(LakeRecord):
    """A message of a night to one address.

    Attributes:
        sent_at: when the server took it (UTC); None while it waits to be tried again.
        bounced: what the server said when it refused the address for good.
        error: what went wrong the last time it was tried.
    """

    night: date
    role: str
    channel: str
    sent_at: datetime | None = None
    bounced: Shown | None = None
    error: Shown | None = None
    attempts: int = 0

    @property
    def is_done(self) -> bool:
        """Whether there is nothing left to try."""
        return self.sent_at is not None or self.bounced is not None


def delivery_id(channel: str, address: str) -> str:
    """The id of an address."""
    return hashlib.sha256(f"{channel}\n{address}".encode()).hexdigest()[:16]


def read(lake: Lake, night: date, key: str) -> Delivery | None:
    """What became of a delivery so far.

    Raises:
        LakeError: its record is damaged.
    """
    return lake.read_record(_path(night, key), Delivery)


def write(lake: Lake, key: str, delivery: Delivery) -> None:
    """Keeps what became of a delivery."""
    lake.write_record(_path(delivery.night, key), delivery)


def of_night(lake: Lake, night: date) -> list[Delivery]:
    """All deliveries of a night."""
    found = (lake.read_record(name, Delivery) for name in lake.names(f"messages/{night}"))
    return [one for one in found if one is not None]


def waiting_nights(lake: Lake, since: date) -> list[date]:
    """Nights, from one on, of which a message waits to be tried again."""
    nights = [date.fromisoformat(name) for name in lake.folders("messages") if name >= since.isoformat()]
    return [night for night in nights if any(not one.is_done for one in of_night(lake, night))]


@contextmanager
def claimed(lake: Lake, night: date, key: str) -> Iterator[bool]:
    """Whether this process alone may send it, for the length of the block."""
    claim = _path(night, key).replace(".json", ".claim")
    now = datetime.now(UTC)
    if not lake.create(claim, now.isoformat().encode()):
        if not _is_left_over(lake, claim, now):
            yield False
            return
        lake.remove(claim)
        if not lake.create(claim, now.isoformat().encode()):
            yield False
            return
    try:
        yield True
    finally:
        lake.remove(claim)


def _is_left_over(lake: Lake, claim: str, now: datetime) -> bool:
    try:
        made = datetime.fromisoformat(lake.fs.cat_file(lake.path(claim)).decode())
    except (OSError, ValueError):
        return False
    return now - made > CLAIM_ENDS_AFTER


def _path(night: date, key: str) -> str:
    return f"messages/{night}/{key}.json"
