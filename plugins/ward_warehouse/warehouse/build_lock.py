"""One build at a time, and nobody who only looks into its file turns it away.

DuckDB lets one process write a file, or many read it. A page that read what the last build had said, at the moment at
which the next one began, had that one refused: the verdict on a night is told while its build begins. So a build has
the kernel's lock for all of its length and waits for those who look, and who would look lets be while it is at work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from ward_warehouse.core.alone import alone, looking_on
from ward_warehouse.core.errors import BuildError

BUSY = "build: another build is at work; wait for it, then run the build again"
PATIENCE = 10.0
"""Seconds for which who looks is waited for; a look takes some thousandths of one."""


def lock_of(build_file: Path) -> Path:
    """The file that is locked, beside the build file."""
    return build_file.with_suffix(".lock")


@contextmanager
def building(build_file: Path) -> Iterator[None]:
    """The build file's only build, for the length of the block.

    Raises:
        BuildError: another build is at work, or the lock cannot be made.
    """
    with ExitStack() as held:
        try:
            held.enter_context(alone(lock_of(build_file), BuildError(BUSY), PATIENCE))
        except OSError as error:
            raise BuildError(
                f"build: {' '.join(str(error).split())[:300]}; check space and rights of the folder, then run the "
                "build again; the published warehouse is left as it was"
            ) from None
        yield


@contextmanager
def look_into(build_file: Path) -> Iterator[duckdb.DuckDBPyConnection | None]:
    """The build file to be read for a moment; None while a build is at work, or where there is none.

    Raises:
        duckdb.Error: it cannot be opened.
        OSError: its lock cannot be read.
    """
    with looking_on(lock_of(build_file)) as free:
        if not free or not build_file.is_file():
            yield None
            return
        with duckdb.connect(str(build_file), read_only=True) as db:
            yield db
