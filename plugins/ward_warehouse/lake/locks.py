"""One run at a time on a ward, record kind and night: a lock in the lake, made by a create that only one can win.

A lock is a numbered file. Whoever finds none, or finds the newest one's holder gone, creates the next number; the name
is free for one of them only. A holder is gone when its process has ended on this machine, or when its lock is further
from now than any run may be long. Nobody removes a number higher than his own: taking over a lost lock takes no living
one away.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePosixPath

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake.store import Lake, LakeRecord

LONGEST_RUN = timedelta(hours=6)
"""An hour more than the nightly DAG may take; an older lock was left behind."""


class Holder(LakeRecord):
    """Who holds a lock, since when."""

    host: str
    process: int
    since: datetime

    def is_gone(self, now: datetime) -> bool:
        """Whether nobody can be at work under this lock any more."""
        # Also one from as far in the future: a clock that was set right since wrote it, and it would lock for years.
        if abs(now - self.since) > LONGEST_RUN:
            return True
        return self.host == socket.gethostname() and not _is_running(self.process)


@contextmanager
def partition_lock(lake: Lake, kind: RecordKind, ward: str, night: date) -> Iterator[None]:
    """Holds the partition for the block.

    Raises:
        LockedError: another run is at work on it; nothing was done.
    """
    folder = f"locks/{kind}/{ward}/{night}"
    mine = _acquire(lake, folder, f"{ward} {kind} night {night}")
    try:
        yield
    finally:
        for name in [*_numbers(lake, folder, below=mine), mine]:
            lake.remove(_path(folder, name))


def _acquire(lake: Lake, folder: str, what: str) -> int:
    held = _numbers(lake, folder)
    if held and (holder := _living(lake, folder, held[-1])):
        raise _locked(what, holder)
    mine = held[-1] + 1 if held else 1
    holder = Holder(host=socket.gethostname(), process=os.getpid(), since=datetime.now(UTC))
    if not lake.create(_path(folder, mine), holder.model_dump_json().encode()):
        raise _locked(what, _living(lake, folder, mine))
    # Between the first look and the create others may have come and gone: whoever sees another now gives way.
    for other in _numbers(lake, folder):
        if other != mine and (found := _living(lake, folder, other)):
            lake.remove(_path(folder, mine))
            raise _locked(what, found)
    return mine


def _path(folder: str, number: int) -> str:
    return f"{folder}/{number:06d}.json"


def _numbers(lake: Lake, folder: str, below: int | None = None) -> list[int]:
    found = [int(PurePosixPath(name).stem) for name in lake.names(folder)]
    return [number for number in found if below is None or number < below]


def _living(lake: Lake, folder: str, number: int) -> Holder | None:
    holder = lake.read_record(_path(folder, number), Holder)
    return None if holder is None or holder.is_gone(datetime.now(UTC)) else holder


def _locked(what: str, holder: Holder | None) -> LockedError:
    since = f" (process {holder.process} on {holder.host}, since {holder.since:%Y-%m-%d %H:%M} UTC)" if holder else ""
    return LockedError(
        f"{what}: another run is at work on it{since}; this one left it alone: wait for the other, then run it again "
        "if that is still needed"
    )


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
