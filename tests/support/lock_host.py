"""A process that holds locks of a lake as one on another host, in another container or with another clock would.

Started by `Host`; it is told on its input what to do, a line each, and answers with a line each.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.support.records import NIGHT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LockedError
from ward_warehouse.lake import lock_holder, locks
from ward_warehouse.lake.lock_holder import Worker
from ward_warehouse.lake.store import Lake

KIND = RecordKind.DOSSIERS


@dataclass
class Host:
    """The process, and how it is spoken with."""

    process: subprocess.Popen[str]

    def __call__(self, *words: object) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(*words, file=self.process.stdin, flush=True)
        return self.process.stdout.readline().strip()


@contextmanager
def host(
    address: str, options: dict[str, Any] | None = None, *, lease: float, name: str = "another-host",
    boot: str = "another boot", processes: str = "pid:[1]", clock: timedelta = timedelta(0), sees: bool = False,
) -> Iterator[Host]:  # fmt: skip
    """A process with an identity of its own.

    Args:
        address, options: of the lake.
        lease: seconds of its locks.
        name, boot, processes: what it is told that it is; an empty `boot` or `processes` is this machine's own.
        clock: how far its clock is off.
        sees: whether its kernel's locks are seen from here, as those of one machine are.
    """
    told = {"address": address, "options": options or {}, "lease": lease, "name": name, "boot": boot,
            "processes": processes, "clock": clock.total_seconds(), "sees": sees}  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.lock_host", json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Host(process)
        finally:
            process.kill()


def _be(told: dict[str, Any]) -> None:
    """Takes on the identity; the clock is the library's own look at the time."""
    from tests.support.clock import clock

    lock_holder.socket.gethostname = lambda: told["name"]  # type: ignore[attr-defined]
    for part in ("boot", "processes"):
        if told[part]:
            setattr(lock_holder, f"_{part}", lambda value=told[part]: value)
    if not told["sees"]:
        from ward_warehouse.lake import leases

        def unseen(*_: Any) -> None:
            raise OSError

        leases.fcntl.flock = unseen  # type: ignore[attr-defined]
    _STAYS.enter_context(clock()).move(timedelta(seconds=told["clock"]))


_STAYS = ExitStack()


def _main(told: dict[str, Any]) -> None:
    _be(told)
    lake, held = Lake(told["address"], told["options"]), {}
    for line in sys.stdin:
        order, ward, *rest = line.split()
        if order == "hold":
            worker = Worker(rest[0], rest[1], int(rest[2])) if rest else lock_holder.BY_HAND
            held[ward] = ExitStack()
            try:
                held[ward].enter_context(locks.partition_lock(lake, KIND, ward, NIGHT, worker, told["lease"]))
                print("held", flush=True)
            except LockedError:
                print("locked", flush=True)
        elif order == "commit":
            try:
                locks.require_lock(lake, KIND, ward, NIGHT)
                print("committed", flush=True)
            except LockedError:
                print("lost", flush=True)
        else:
            held[ward].close()
            print("given back", flush=True)


if __name__ == "__main__":
    _main(json.loads(sys.argv[1]))
