"""One at a time on this machine: the kernel's lock on a file, which ends with whoever holds it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from ward_warehouse.core.errors import WardWarehouseError


@contextmanager
def alone(lock: Path, otherwise: WardWarehouseError, patience: float = 0) -> Iterator[None]:
    """Holds the lock for the length of the block; its folder is made, for its owner alone.

    Args:
        lock: the file that is locked; what is in it does not matter.
        otherwise: what is raised when somebody holds it.
        patience: seconds for which somebody who holds it is waited for.

    Raises:
        WardWarehouseError: `otherwise`.
        OSError: the file cannot be made.
    """
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            for attempt in Retrying(
                retry=retry_if_exception_type(BlockingIOError),
                stop=stop_after_delay(patience),
                wait=wait_fixed(0.05),
                reraise=True,
            ):
                with attempt:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise otherwise from None
        yield


@contextmanager
def looking_on(lock: Path) -> Iterator[bool]:
    """Keeps whoever would be alone waiting for the length of the block; gives whether nobody is.

    Args:
        lock: the file that is locked; while it is not there, nobody has been alone yet.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        handle = lock.open("r")
    except FileNotFoundError:
        yield True
        return
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
