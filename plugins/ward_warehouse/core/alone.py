"""One at a time on this machine: the kernel's lock on a file, which ends with whoever holds it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ward_warehouse.core.errors import WardWarehouseError


@contextmanager
def alone(lock: Path, otherwise: WardWarehouseError) -> Iterator[None]:
    """Holds the lock for the length of the block; its folder is made, for its owner alone.

    Args:
        lock: the file that is locked; what is in it does not matter.
        otherwise: what is raised when somebody holds it.

    Raises:
        WardWarehouseError: `otherwise`.
        OSError: the file cannot be made.
    """
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise otherwise from None
        yield
