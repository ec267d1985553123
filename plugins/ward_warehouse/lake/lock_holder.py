"""Who holds a lock, and whether this machine knows that nobody can be at work under it any more.

A process number alone says little: the kernel gives it out again, and each container counts from one. So a holder names
the machine's boot, the namespace that its process number is of, and when its process started, as Linux tells them. Of a
holder elsewhere none of it says anything: whether it is at work only its lease tells, see `leases`.
"""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from ward_warehouse.lake.store import LakeRecord

LEASE_SECONDS = 60.0
"""How long a lock is believed whose holder says nothing: a pause of a busy machine is shorter, a night is longer."""
_START = 19
"""Place of a process's start in /proc/<process>/stat, counted after its name: `man proc_pid_stat`, field 22."""


class Worker(NamedTuple):
    """What a process is at work for: a later attempt at the same task of the same run follows one that is over.

    Attributes:
        run: the run's id; empty for who works by hand.
        task: the step.
        attempt: counted from one.
    """

    run: str = ""
    task: str = ""
    attempt: int = 0


BY_HAND = Worker()


class Holder(LakeRecord):
    """Who holds a lock, since when.

    Attributes:
        host, process: the machine's or container's name, and the process number in it.
        since, renewed: when it was taken and last renewed by the holder's own clock, UTC: to be shown to people.
        boot: the kernel's id of the machine's boot, the same in all containers of the machine.
        processes: the namespace of process numbers; each container has its own.
        started: when the process started, in the kernel's ticks since boot: a number given out again has another.
        run, task, attempt: what it is at work for.
        lease_seconds: how long it is believed after it was last renewed.
        renewals: how often it was renewed.
        token: tells two locks of one process from each other.
    """

    host: str
    process: int
    since: datetime
    renewed: datetime | None = None
    boot: str = ""
    processes: str = ""
    started: str = ""
    run: str = ""
    task: str = ""
    attempt: int = 0
    lease_seconds: float = LEASE_SECONDS
    renewals: int = 0
    token: str = ""

    def is_gone(self, held: bool | None) -> bool | None:
        """Whether nobody can be at work under this lock any more; None where this machine cannot know it.

        Args:
            held: whether somebody has the kernel's lock on the lock's file; None where the lake has no such locks.
        """
        if held:
            return False
        boot = _boot()
        if not boot or self.boot != boot:
            # Another machine, or this one before it was started again: names do not tell, for containers share them.
            return None
        if self.processes == _processes():
            return _started(self.process) != self.started
        # Another container of this machine: only the kernel's lock tells.
        return True if held is False else None

    def is_followed_by(self, worker: Worker) -> bool:
        """Whether `worker` is a later attempt at what this holder was at work for: then the earlier one is over."""
        return bool(self.run) and (self.run, self.task) == worker[:2] and self.attempt < worker.attempt


def this_process(worker: Worker = BY_HAND, lease_seconds: float = LEASE_SECONDS) -> Holder:
    """This process as the holder of a lock."""
    process, now = os.getpid(), datetime.now(UTC)
    return Holder(
        host=socket.gethostname(),
        process=process,
        since=now,
        renewed=now,
        boot=_boot(),
        processes=_processes(),
        started=_started(process),
        run=worker.run,
        task=worker.task,
        attempt=worker.attempt,
        lease_seconds=lease_seconds,
        token=uuid4().hex,
    )


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _processes() -> str:
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _started(process: int) -> str:
    """Empty for a process that is not there."""
    try:
        # The name stands in brackets and may hold anything, brackets too.
        after_name = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2]
        return after_name.split()[_START]
    except (OSError, IndexError):
        return ""
