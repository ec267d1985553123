"""Leases: a lock counts as long as its holder renews it, and no longer than its lease when he says nothing.

A lock is a numbered file, and he renews it by changing it: its time in a folder, its content in an object store. Who
finds it does not compare clocks of two machines: he looks at it, and when it is still the same after its lease has
passed by his own clock, it is over. Who holds it learns that he lost it from the file of the next number, which stands
from before the other begins until he is done, or from his own, which is gone then.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from ward_warehouse.lake.files import AT_ONCE
from ward_warehouse.lake.lock_holder import Holder, Worker
from ward_warehouse.lake.store import Lake

log = logging.getLogger(__name__)

RENEWALS = 4
"""Renewals in the time of a lease: three may fail."""
LONGEST_POLL = 1.0
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""A machine that sleeps sleeps through its leases."""


def numbered(folder: str, number: int) -> str:
    """The file of a lock's number."""
    return f"{folder}/{number:06d}.json"


def numbers(lake: Lake, folder: str) -> list[int]:
    """The numbers of the locks in a folder."""
    return [int(PurePosixPath(name).stem) for name in lake.names(folder)]


@dataclass(frozen=True)
class Look:
    """A lock as it was found.

    Attributes:
        path: its file.
        holder: whose it is.
        mark: what is another as soon as it was renewed.
        renewed: when it was, by the clock of the disk or of the holder.
        held: whether somebody has the kernel's lock on its file; None where there are no such locks.
    """

    path: str
    holder: Holder
    mark: str
    renewed: datetime
    held: bool | None

    def is_over(self, worker: Worker) -> bool | None:
        """Whether it does not count for `worker` any more; None when only time can tell."""
        if self.holder.is_followed_by(worker):
            return True
        gone = self.holder.is_gone(self.held)
        # A process of this machine that is there and says nothing may be stopped for good.
        silent = abs(datetime.now(UTC) - self.renewed) > timedelta(seconds=self.holder.lease_seconds)
        return None if gone is False and silent else gone


def look_at(lake: Lake, path: str) -> Look | None:
    """A lock as it is now; None when there is none.

    Raises:
        LakeError: it cannot be read, or is damaged.
    """
    holder = lake.read_record(path, Holder)
    if holder is None:
        return None
    if not lake.is_local:
        return Look(path, holder, f"{holder.token} {holder.renewals}", holder.renewed or holder.since, None)
    try:
        changed = os.stat(lake.path(path)).st_mtime_ns
    except FileNotFoundError:
        return None
    renewed = datetime.fromtimestamp(changed / 1e9, UTC)
    return Look(path, holder, f"{holder.token} {changed}", renewed, _is_held(lake, path))


def watch(lake: Lake, looks: Sequence[Look]) -> Iterator[tuple[Look, bool]]:
    """Looks at locks until of each is known whether it is over: that it was not renewed for as long as its lease.

    Raises:
        LakeError: one cannot be read.
    """
    begun, waiting = time.monotonic(), list(looks)
    while waiting:
        passed = time.monotonic() - begun
        for look in list(waiting):
            now = look_at(lake, look.path)
            if now is None or now.mark != look.mark or passed >= look.holder.lease_seconds:
                waiting.remove(look)
                yield look, now is None or now.mark == look.mark
        if waiting:
            time.sleep(min(LONGEST_POLL, *(look.holder.lease_seconds / 10 for look in waiting)))


class Lease:
    """A lock that this process holds, or lost without having noticed.

    Args:
        lake: the lake.
        folder: of the partition's locks.
        number: of this one, whose file `holder` has just created.
        holder: this process.
        begun: by `Lease.now`, before the file was created.
    """

    def __init__(self, lake: Lake, folder: str, number: int, holder: Holder, begun: float) -> None:
        self.folder, self.path = folder, numbered(folder, number)
        self.place, self.thread = lake.path(folder), threading.get_ident()
        self._lake, self._number, self._holder = lake, number, holder
        self._renewed, self._is_lost = begun, False
        self._one = threading.Lock()
        self._descriptor = _hold(lake, self.path)
        self._is_lost = lake.is_local and self._descriptor is None

    @staticmethod
    def now() -> float:
        """Seconds of a clock that nobody sets."""
        return time.clock_gettime(_CLOCK)

    @property
    def due(self) -> float:
        """When it is to be renewed."""
        return self._renewed + self._holder.lease_seconds / RENEWALS

    def renew(self) -> None:
        """Says that the holder is at work, or notes that the lock is lost.

        Raises:
            LakeError: the lake cannot be asked.
        """
        with self._one:
            begun = self.now()
            if not self._is_lost and self._touch():
                self._renewed = begun
            else:
                self._is_lost = True

    def is_held(self) -> bool:
        """Whether it still counts: asked before what was done under it is committed.

        Raises:
            LakeError: the lake cannot be asked.
        """
        if self.now() - self._renewed > self._holder.lease_seconds / 2:
            # From here on whoever takes it over gives way, or is seen.
            self.renew()
        if not self._is_lost and not self._is_followed():
            return True
        self._is_lost = True
        return False

    def give_back(self) -> None:
        """Removes the lock's file, unless it is another's by now."""
        with self._one:
            fresh = not self._is_lost and self.now() - self._renewed < self._holder.lease_seconds / 2
            self._is_lost = True
            if fresh or self._is_mine():
                self._lake.remove(self.path)
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _touch(self) -> bool:
        if self._descriptor is not None:
            if not os.fstat(self._descriptor).st_nlink:
                return False
            os.utime(self._descriptor)
            return True
        if self._put_renewed():
            return True
        found = self._lake.read_record(self.path, Holder)
        if found is None or found.token != self._holder.token:
            return False
        # An earlier renewal came through, and its answer did not.
        self._holder = found
        return self._put_renewed()

    def _put_renewed(self) -> bool:
        old = self._holder
        new = old.model_copy(update={"renewals": old.renewals + 1, "renewed": datetime.now(UTC)})
        if not self._lake.replace(self.path, old.model_dump_json().encode(), new.model_dump_json().encode()):
            return False
        self._holder = new
        return True

    def _is_followed(self) -> bool:
        if self._descriptor is not None:
            after = self._lake.path(numbered(self.folder, self._number + 1))
            return not os.fstat(self._descriptor).st_nlink or os.path.exists(after)
        found = numbers(self._lake, self.folder)
        if found and found[-1] >= self._number:
            return found[-1] > self._number
        # A listing that lags shows neither.
        return not self._is_mine() or self._lake.read(numbered(self.folder, self._number + 1)) is not None

    def _is_mine(self) -> bool:
        if self._descriptor is not None:
            return bool(os.fstat(self._descriptor).st_nlink)
        found = self._lake.read_record(self.path, Holder)
        return found is not None and found.token == self._holder.token


class Renewer:
    """Renews the leases of this process, all of them in one thread, which ends with the last."""

    def __init__(self) -> None:
        self._held: list[Lease] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def add(self, lease: Lease) -> None:
        """Renews a lease from now on."""
        with self._changed:
            self._held.append(lease)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._renew, name="renewal of leases", daemon=True)
                self._thread.start()
            self._changed.notify()

    def take_out(self, lease: Lease) -> None:
        """Renews it no more."""
        with self._changed:
            self._held.remove(lease)
            self._changed.notify()

    def find(self, lake: Lake, folder: str) -> Lease | None:
        """What this process holds on a folder of locks: of several, all but one lost, that of the thread that asks."""
        with self._changed:
            found = [lease for lease in self._held if lease.place == lake.path(folder)]
        mine = [lease for lease in found if lease.thread == threading.get_ident()]
        return next(reversed(mine or found), None)

    def _renew(self) -> None:
        with ThreadPoolExecutor(AT_ONCE, "renewal") as pool:
            while (due := self._wait()) is not None:
                list(pool.map(_told(Lease.renew), due))

    def _wait(self) -> list[Lease] | None:
        """The leases that are due, when there are some; None when there is nothing to renew any more."""
        with self._changed:
            while self._held:
                now = Lease.now()
                due = [lease for lease in self._held if lease.due <= now]
                if due:
                    return due
                self._changed.wait(min(lease.due for lease in self._held) - now)
            self._thread = None
            return None


def _told(renew: Callable[[Lease], None]) -> Callable[[Lease], None]:
    def tried(lease: Lease) -> None:
        try:
            renew(lease)
        except Exception as error:
            # A store that is away for a moment; when it is for longer, `is_held` finds out.
            log.warning("lake: the lock %s could not be renewed (%s)", lease.path, type(error).__name__)
            time.sleep(LONGEST_POLL)

    return tried


def _hold(lake: Lake, path: str) -> int | None:
    """The lock's file in a lake that is a folder, with the kernel's lock on it where the disk knows such.

    It waits for no more than another's look. None in a store, and when somebody has removed the file already.
    """
    if not lake.is_local:
        return None
    try:
        descriptor = os.open(lake.path(path), os.O_RDONLY)
    except FileNotFoundError:
        return None
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def _is_held(lake: Lake, path: str) -> bool | None:
    """Whether somebody has the kernel's lock on a file; None where there are no such locks."""
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
