"""Who holds a lock, and whether anybody can be at work under it any more.

A process number alone says little: the kernel gives it out again, and each container counts from one. So a holder names
the machine's boot, the namespace that its process number is of, and when its process started, as Linux tells them;
elsewhere they are empty, and host and process number have to do.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta
from pathlib import Path

from ward_warehouse.lake.store import LakeRecord

LONGEST_RUN = timedelta(hours=6)
"""An hour more than the nightly DAG may take; an older lock was left behind."""
_START = 19
"""Place of a process's start in /proc/<process>/stat, counted after its name: `man proc_pid_stat`, field 22."""


class Holder(LakeRecord):
    """Who holds a lock, since when.

    Attributes:
        host, process: the machine's or container's name, and the process number in it.
        since: an instant, UTC.
        boot: the kernel's id of the machine's boot, the same in all containers of the machine.
        processes: the namespace of process numbers; each container has its own.
        started: when the process started, in the kernel's ticks since boot: a number given out again has another.
    """

    host: str
    process: int
    since: datetime
    boot: str = ""
    processes: str = ""
    started: str = ""

    def is_gone(self, now: datetime, held: bool | None) -> bool:
        """Whether nobody can be at work under this lock any more.

        Args:
            now: an instant.
            held: whether somebody has the kernel's lock on the lock's file; None where the lake has no such locks.
        """
        # Also one from as far in the future: a clock that was set right since wrote it, and it would lock for years.
        if abs(now - self.since) > LONGEST_RUN:
            return True
        if held:
            return False
        boot = _boot()
        if not self.boot or not boot:
            return self.host == socket.gethostname() and not _is_running(self.process)
        if self.boot != boot:
            # Another machine, which nothing is known of, or this one before it was started again.
            return self.host == socket.gethostname()
        if self.processes == _processes():
            return _started(self.process) != self.started
        # Another container of this machine, alive or not: only the kernel's lock tells.
        return held is False


def this_process(now: datetime) -> Holder:
    """This process as the holder of a lock."""
    process = os.getpid()
    return Holder(
        host=socket.gethostname(),
        process=process,
        since=now,
        boot=_boot(),
        processes=_processes(),
        started=_started(process),
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


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
