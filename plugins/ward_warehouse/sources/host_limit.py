"""How many readers a source's server has to bear: at most so many at a time, over all tasks and commands of a machine.

A night plans no more tasks of a host than it may have readers (`night.groups`), which holds across machines. Beside it
other runs and commands may read, and Airflow's pools cannot limit them: a mapped task has one pool for all its map
indexes. So the limit is also kept here, by locks on files in the state folder. The operating system takes a lock back
when its process ends, however it ends: there is no stale one. Workers on several machines share this limit where they
share the state folder; else it holds on each of them.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError

PAUSE_SECONDS = 0.2


def host_of(connection: Connection) -> str:
    """The server behind a connection; empty for a file or folder of this machine, which needs no mercy."""
    address = str(connection.extra.get("path") or connection.host)
    if "://" in address:
        return urlsplit(address).hostname or ""
    if not address or "/" in address or connection.conn_type in ("sqlite", "fs", "file"):
        return ""
    return f"{address}:{connection.port}" if connection.port else address


@contextmanager
def reader_slot(folder: Path, connection: Connection, limit: int, wait_seconds: float) -> Iterator[None]:
    """Holds one of the `limit` places for readers of the connection's host; waits for one.

    Raises:
        SourceError: all places were taken for the whole time.
    """
    host = host_of(connection)
    if not host:
        yield
        return
    place = folder / "locks" / "readers" / re.sub(r"[^A-Za-z0-9.-]", "_", host)
    place.mkdir(parents=True, exist_ok=True)
    descriptor = _wait(place, host, limit, wait_seconds)
    try:
        yield
    finally:
        os.close(descriptor)


def _wait(place: Path, host: str, limit: int, wait_seconds: float) -> int:
    end = time.monotonic() + wait_seconds
    while True:
        for number in range(limit):
            descriptor = os.open(place / str(number), os.O_CREAT | os.O_RDWR, 0o644)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except BlockingIOError:
                os.close(descriptor)
        if time.monotonic() >= end:
            raise SourceError(
                f"{host}: {limit} readers were at work on it for {wait_seconds:.0f} seconds, which is the limit; run "
                "the ward again later, or raise WARD_WAREHOUSE_READERS_PER_HOST if its owner agrees",
                "busy",
            )
        time.sleep(PAUSE_SECONDS)
