"""One run at a time on a ward, record kind and night: a lock in the lake, made by a create that only one can win.

A lock is a numbered file. Whoever finds none, or finds all that are there over, creates the next number; the name is
free for one of them only. Over is a lock whose holder this machine knows to be gone, one of an earlier attempt at the
same task, and one that was not renewed for as long as its lease: see `leases`. Nobody removes a number higher than his
own: taking over a lost lock takes no living one away. Who was robbed because he stood still for longer than his lease
asks before he commits, and does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake.leases import Lease, Look, Renewer, look_at, numbered, numbers, watch
from ward_warehouse.lake.lock_holder import BY_HAND, LEASE_SECONDS, Holder, Worker, this_process
from ward_warehouse.lake.store import Lake

ZONE = "locks"
FIRST = 1

_HELD = Renewer()


@dataclass(frozen=True)
class Lock:
    """A lock as it is found: on what, and whether it is over."""

    record_kind: RecordKind
    ward: str
    night: date
    path: str
    look: Look
    is_left: bool

    @property
    def holder(self) -> Holder:
        """Whose it is."""
        return self.look.holder


@contextmanager
def partition_lock(
    lake: Lake, record_kind: RecordKind, ward: str, night: date, worker: Worker = BY_HAND,
    lease_seconds: float = LEASE_SECONDS,
) -> Iterator[None]:  # fmt: skip
    """Holds the partition for the block.

    Args:
        lake: the lake.
        record_kind: of the partition.
        ward: of the partition.
        night: of the partition.
        worker: what this process is at work for.
        lease_seconds: after which others take it over when this process says nothing.

    Raises:
        LockedError: another run is at work on it; nothing was done.
        LakeError: the lake cannot be read or written.
    """
    folder = _folder(record_kind, ward, night)
    holder = this_process(worker, lease_seconds)
    lease, over = _acquire(lake, folder, holder, worker, f"{ward} {record_kind} night {night}")
    _HELD.add(lease)
    try:
        yield
    finally:
        _HELD.take_out(lease)
        for number in over:
            lake.remove(numbered(folder, number))
        lease.give_back()


def require_lock(lake: Lake, record_kind: RecordKind, ward: str, night: date) -> None:
    """Asks, before something is committed under a lock of this process, whether it still is this process's.

    Where it took none there is nothing to lose.

    Raises:
        LockedError: another run has it by now: this one stood still for longer than its lease, or somebody ended it.
        LakeError: the lake cannot be asked.
    """
    lease = _HELD.find(lake, _folder(record_kind, ward, night))
    if lease is not None and not lease.is_held():
        raise LockedError(
            f"{ward} {record_kind} night {night}: this run lost its lock, because it stood still for too long or "
            "somebody ended it (`ward-warehouse locks`); what it did is not committed: another run does it, or run it "
            "again"
        )


def find_locks(lake: Lake) -> list[Lock]:
    """All locks of the lake by record kind, ward and night, also those that were left behind.

    Those of other machines are watched for as long as their lease, all at the same time.
    """
    looks = [look for path, _ in lake.versions_below(ZONE) if (look := look_at(lake, path)) is not None]
    known = {look.path: look.is_over(BY_HAND) for look in looks}
    known |= {look.path: over for look, over in watch(lake, [look for look in looks if known[look.path] is None])}
    found = []
    for look in looks:
        _, record_kind, ward, night, _ = PurePosixPath(look.path).parts
        is_left = bool(known[look.path])
        found.append(Lock(RecordKind(record_kind), ward, date.fromisoformat(night), look.path, look, is_left))
    return found


def end_lock(lake: Lake, lock: Lock) -> bool:
    """Takes a lock away, whoever holds it; gives whether it was still there."""
    return lake.remove(lock.path)


def _acquire(lake: Lake, folder: str, holder: Holder, worker: Worker, what: str) -> tuple[Lease, list[int]]:
    """The lease that is held from now on, and the numbers that are over and go with it."""
    # Mostly there is none, and a store is asked nothing before.
    lease = _take(lake, folder, FIRST, holder, worker, {})
    if lease is not None:
        return lease, []
    over = _wait_for_end(lake, folder, worker, what)
    lease = _take(lake, folder, max(over, default=0) + 1, holder, worker, over)
    if lease is None:
        raise _locked(what, None)
    return lease, list(over)


def _wait_for_end(lake: Lake, folder: str, worker: Worker, what: str) -> Mapping[int, Look]:
    """The locks that are there, when all of them are over.

    Raises:
        LockedError: one is not.
    """
    looks = {number: look_at(lake, numbered(folder, number)) for number in numbers(lake, folder)}
    found = {number: look for number, look in looks.items() if look is not None}
    for look in found.values():
        if look.is_over(worker) is False:
            raise _locked(what, look.holder)
    for look, over in watch(lake, [look for look in found.values() if look.is_over(worker) is None]):
        if not over:
            raise _locked(what, look.holder)
    return found


def _take(
    lake: Lake, folder: str, number: int, holder: Holder, worker: Worker, over: Mapping[int, Look]
) -> Lease | None:
    """The lease on a number that was free, unless others are there than those that are over."""
    begun = Lease.now()
    if not lake.create(numbered(folder, number), holder.model_dump_json().encode()):
        return None
    lease = Lease(lake, folder, number, holder, begun)
    is_alone = False
    try:
        # Since the look at the others some may have come, or one that stood still gone on: who sees another gives way.
        others = [other for other in numbers(lake, folder) if other != number]
        is_alone = all(_is_still_over(lake, folder, other, worker, over) for other in others)
    finally:
        if not is_alone:
            lease.give_back()
    return lease if is_alone else None


def _is_still_over(lake: Lake, folder: str, number: int, worker: Worker, over: Mapping[int, Look]) -> bool:
    now = look_at(lake, numbered(folder, number))
    # An earlier attempt may be at work and renew its lock: it is followed all the same.
    if now is None or now.holder.is_followed_by(worker):
        return True
    return number in over and now.mark == over[number].mark


def _folder(record_kind: RecordKind, ward: str, night: date) -> str:
    return f"{ZONE}/{record_kind}/{ward}/{night}"


def _locked(what: str, holder: Holder | None) -> LockedError:
    since = f" (process {holder.process} on {holder.host}, since {holder.since:%Y-%m-%d %H:%M} UTC)" if holder else ""
    return LockedError(
        f"{what}: another run is at work on it{since}; this one left it alone: wait for the other, then run it again "
        "if that is still needed; `ward-warehouse locks` shows who holds what"
    )
