"""One run at a time on a ward, record kind and night: a lock in the lake, made by a create that only one can win.

A lock is a numbered file. Whoever finds none, or finds the newest one's holder gone, creates the next number; the name
is free for one of them only. In a lake that is a folder the holder has the kernel's lock on its file as well, which
ends with the process, whatever became of it. Nobody removes a number higher than his own: taking over a lost lock takes
no living one away.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake.lock_holder import LONGEST_RUN, Holder, this_process
from ward_warehouse.lake.store import Lake

__all__ = ["LONGEST_RUN", "Lock", "end_lock", "find_locks", "partition_lock"]

ZONE = "locks"


@dataclass(frozen=True)
class Lock:
    """A lock as it is found: on what, whose, and whether its holder is gone."""

    record_kind: RecordKind
    ward: str
    night: date
    path: str
    holder: Holder
    is_left: bool


@contextmanager
def partition_lock(lake: Lake, record_kind: RecordKind, ward: str, night: date) -> Iterator[None]:
    """Holds the partition for the block.

    Raises:
        LockedError: another run is at work on it; nothing was done.
    """
    folder = f"{ZONE}/{record_kind}/{ward}/{night}"
    mine, kernel_lock = _acquire(lake, folder, f"{ward} {record_kind} night {night}")
    try:
        yield
    finally:
        for name in [*_numbers(lake, folder, below=mine), mine]:
            lake.remove(_path(folder, name))
        _give_back(kernel_lock)


def find_locks(lake: Lake) -> list[Lock]:
    """All locks of the lake by record kind, ward and night, also those that were left behind."""
    try:
        files = lake.fs.find(lake.path(ZONE))
    except FileNotFoundError:
        return []
    now, found = datetime.now(UTC), []
    for file in sorted(files):
        path = file.removeprefix(lake.path(""))
        holder = lake.read_record(path, Holder) if path.endswith(".json") else None
        if holder is not None:
            _, record_kind, ward, night, _ = PurePosixPath(path).parts
            is_left = holder.is_gone(now, _is_held(lake, path))
            found.append(Lock(RecordKind(record_kind), ward, date.fromisoformat(night), path, holder, is_left))
    return found


def end_lock(lake: Lake, lock: Lock) -> bool:
    """Takes a lock away, whoever holds it; gives whether it was still there."""
    return lake.remove(lock.path)


def _acquire(lake: Lake, folder: str, what: str) -> tuple[int, int | None]:
    """The number of the lock that is held from now on, and the kernel's lock on it where there is one."""
    numbers = _numbers(lake, folder)
    if numbers and (holder := _living(lake, folder, numbers[-1])):
        raise _locked(what, holder)
    mine = numbers[-1] + 1 if numbers else 1
    if not lake.create(_path(folder, mine), this_process(datetime.now(UTC)).model_dump_json().encode()):
        raise _locked(what, _living(lake, folder, mine))
    kernel_lock = _hold(lake, _path(folder, mine))
    # Between the first look and the create others may have come and gone: whoever sees another now gives way.
    for other in _numbers(lake, folder):
        if other != mine and (found := _living(lake, folder, other)):
            lake.remove(_path(folder, mine))
            _give_back(kernel_lock)
            raise _locked(what, found)
    return mine, kernel_lock


def _hold(lake: Lake, path: str) -> int | None:
    """The kernel's lock on a file of a lake that is a folder; it waits for no more than another's look."""
    if not lake.is_local:
        return None
    descriptor = os.open(lake.path(path), os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        # A file system without such locks: the holder's process has to tell.
        os.close(descriptor)
        return None
    return descriptor


def _give_back(kernel_lock: int | None) -> None:
    if kernel_lock is not None:
        os.close(kernel_lock)


def _is_held(lake: Lake, path: str) -> bool | None:
    """Whether somebody has the kernel's lock on a file; None where there are no such locks."""
    if not lake.is_local:
        return None
    try:
        descriptor = os.open(lake.path(path), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False


def _path(folder: str, number: int) -> str:
    return f"{folder}/{number:06d}.json"


def _numbers(lake: Lake, folder: str, below: int | None = None) -> list[int]:
    found = [int(PurePosixPath(name).stem) for name in lake.names(folder)]
    return [number for number in found if below is None or number < below]


def _living(lake: Lake, folder: str, number: int) -> Holder | None:
    holder = lake.read_record(_path(folder, number), Holder)
    if holder is None or holder.is_gone(datetime.now(UTC), _is_held(lake, _path(folder, number))):
        return None
    return holder


def _locked(what: str, holder: Holder | None) -> LockedError:
    since = f" (process {holder.process} on {holder.host}, since {holder.since:%Y-%m-%d %H:%M} UTC)" if holder else ""
    return LockedError(
        f"{what}: another run is at work on it{since}; this one left it alone: wait for the other, then run it again "
        "if that is still needed; `ward-warehouse locks` shows who holds what"
    )
