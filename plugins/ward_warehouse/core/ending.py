"""Processes that end with the one that started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_SET_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl(2)."""


def end_children_with_this() -> None:
    """From here on each process that this one forks is ended when its parent has ended, however that ended.

    A worker whose scheduler was killed would otherwise wait for ever for work that nobody hands out. It is killed: a
    forked process has its parent's signal handlers, and Airflow's ignore every other signal in a worker. Linux alone
    can be asked for it; elsewhere nothing is changed.
    """
    if sys.platform != "linux":
        return
    libc, parent = ctypes.CDLL(None, use_errno=True), os.getpid()

    def remember_parent() -> None:
        nonlocal parent
        parent = os.getpid()

    def end_with_parent() -> None:
        libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL)
        # A parent that ended before the line above sends nothing any more.
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)

    os.register_at_fork(before=remember_parent, after_in_child=end_with_parent)
