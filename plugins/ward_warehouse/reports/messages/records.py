"""What was sent, kept in the lake: a message goes once to each of its addresses, whoever sends it and how often.

    messages/<night>/<id>.json     a delivery: sent, bounced, or to be tried again
    messages/<night>/<id>.claim    whoever is sending it at this moment
    mailed/<last day of a period>/...    the same of a periodic report

The id is a hash of the address: the lake holds no addresses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.shown import Shown
from ward_warehouse.lake.store import Lake, LakeRecord
from ward_warehouse.reports.messages.deliver import BouncedError, LaterError

MESSAGES = "messages"
"""The zone of the nights' messages."""

MAILED = "mailed"
"""The zone of periodic reports, whose day is the last one of their period."""

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


def read(lake: Lake, night: date, key: str, zone: str = MESSAGES) -> Delivery | None:
    """What became of a delivery so far.

    Raises:
        LakeError: its record is damaged.
    """
    return lake.read_record(_path(zone, night, key), Delivery)


def write(lake: Lake, key: str, delivery: Delivery, zone: str = MESSAGES) -> None:
    """Keeps what became of a delivery."""
    lake.write_record(_path(zone, delivery.night, key), delivery)


def send_once(
    lake: Lake, attempt: Delivery, key: str, send: Callable[[], None], zone: str = MESSAGES
) -> Delivery | None:
    """Sends what was not sent yet and keeps what became of it.

    Args:
        lake: where it is kept.
        attempt: what is sent to whom.
        key: its id.
        send: sends it.
        zone: the zone in which it is kept.

    Returns:
        What became of it; None when it was sent or refused before, or somebody is sending it at this moment.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    with claimed(lake, attempt.night, key, zone) as ours:
        known = read(lake, attempt.night, key, zone) if ours else None
        if not ours or (known is not None and known.is_done):
            return None
        found: dict[str, Any] = {"attempts": (known.attempts if known else 0) + 1}
        try:
            send()
            found["sent_at"] = datetime.now(UTC)
        except BouncedError as error:
            found["bounced"] = str(error)
        except (LaterError, WardWarehouseError) as error:
            found["error"] = str(error)
        delivery = attempt.model_copy(update=found)
        write(lake, key, delivery, zone)
    return delivery


def of_night(lake: Lake, night: date) -> list[Delivery]:
    """All deliveries of a night."""
    found = (lake.read_record(name, Delivery) for name in lake.names(f"{MESSAGES}/{night}"))
    return [one for one in found if one is not None]


def waiting_nights(lake: Lake, since: date) -> list[date]:
    """Nights, from one on, of which a message waits to be tried again."""
    nights = [date.fromisoformat(name) for name in lake.folders(MESSAGES) if name >= since.isoformat()]
    return [night for night in nights if any(not one.is_done for one in of_night(lake, night))]


@contextmanager
def claimed(lake: Lake, night: date, key: str, zone: str = MESSAGES) -> Iterator[bool]:
    """Whether this process alone may send it, for the length of the block."""
    claim = _path(zone, night, key).replace(".json", ".claim")
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


def _path(zone: str, night: date, key: str) -> str:
    return f"{zone}/{night}/{key}.json"
