"""The build file: opened, kept open for the length of a build, and forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.dbt_command import connection_options

_KEPT: dict[Path, duckdb.DuckDBPyConnection] = {}
"""The build files that `kept_open` has open in this process."""


@contextmanager
def open_build(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build file, opened for writing by this process alone.

    Raises:
        BuildError: another process has it open, or it cannot be written.
    """
    path = settings.build_file
    db = _KEPT[path].cursor() if path in _KEPT else _open(path)
    try:
        db.execute("SET TimeZone = 'UTC'")
        yield db
        db.close()
    except (duckdb.Error, OSError) as error:
        raise _cannot_write(path, error) from None
    finally:
        with suppress(duckdb.Error):
            db.close()


@contextmanager
def kept_open(settings: Settings) -> Iterator[None]:
    """Keeps the build file open for those who open it meanwhile, each of whom would pay for it anew.

    It is opened as dbt opens it, for DuckDB shares an open file among those who ask for it alike, and refuses who asks
    otherwise; where that is not known, each opens it by itself.

    Raises:
        BuildError: another process has it open, or it cannot be written.
    """
    path, options = settings.build_file, connection_options(settings)
    if options is None:
        yield
        return
    db = _KEPT[path] = _open(path, options)
    try:
        yield
    except BaseException:
        # What went wrong meanwhile is what is told.
        with suppress(duckdb.Error):
            db.close()
        raise
    finally:
        del _KEPT[path]
    try:
        db.close()
    except (duckdb.Error, OSError) as error:
        raise _cannot_write(path, error) from None


def forget_build(path: Path) -> None:
    """Removes the build file and its log of a build that was killed, which belongs to no other file.

    Raises:
        BuildError: they cannot be removed.
    """
    try:
        for leftover in (path.with_name(path.name + ".wal"), path):
            leftover.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from None


def _open(path: Path, options: dict[str, Any] | None = None) -> duckdb.DuckDBPyConnection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(str(path), config=options or {})
    except (duckdb.Error, OSError) as error:
        raise _cannot_open(path, error) from None


def _cannot_open(path: Path, error: Exception) -> BuildError:
    """Why the file is not opened, by what the engine says: it has one kind of error for several causes."""
    reason = " ".join(str(error).split())[:200]
    if "Could not set lock" in reason:
        return BuildError(
            f"warehouse: the build file {path.name} is in use ({reason}); another build is running: wait for it, then "
            "run the build again"
        )
    if isinstance(error, duckdb.Error) and "Cannot open file" not in reason:
        return BuildError(
            f"warehouse: the build file {path.name} is damaged ({reason}); run `ward-warehouse build --full-refresh`, "
            "which makes it anew from the lake; the published warehouse is left as it was"
        )
    return _cannot_write(path, error)


def _cannot_write(path: Path, error: Exception) -> BuildError:
    return BuildError(
        f"warehouse: the build file {path.name} cannot be written ({' '.join(str(error).split())[:200]}); check space "
        "and rights of its folder, then run the build again; the published warehouse is left as it was"
    )
