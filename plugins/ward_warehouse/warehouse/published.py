"""The published warehouse, opened for reading: the one way in of every report, page and desk of the library.

DuckDB's clients open a file for writing unless they are told otherwise: they lock it, change it, or leave a log that
the next reader replays. A reader of the library gets the published file while it stands as it was published, and the
copy of it that publishing keeps for itself when it does not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.warehouse.seals import kept_file, read_seals, seal_of

log = logging.getLogger(__name__)

NOTHING = "there is no published warehouse yet; run `ward-warehouse build` and `publish` first"


@contextmanager
def open_published(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published warehouse, read-only, as it was published.

    Args:
        file: the published file (`Settings.published_file`).

    Raises:
        BuildError: nothing is published yet, the file cannot be opened (a client holds it for writing, it is
            damaged), or a query of the block failed.
    """
    db = _connect(file)
    try:
        yield db
    except duckdb.Error as error:
        raise BuildError(
            f"warehouse: {file}: {_line(error)}; run `ward-warehouse build` and `publish` to make it anew"
        ) from None
    finally:
        with suppress(duckdb.Error):
            db.close()


def _connect(file: Path) -> duckdb.DuckDBPyConnection:
    """The published file, or the kept copy when a client has changed it, holds it or left a log."""
    seals = read_seals(file)
    if seals is None or not file.is_file():
        return _open(file)
    if seal_of(file) in seals.published:
        with suppress(BuildError):
            return _open(file)
    kept = kept_file(file)
    if seals.kept and seal_of(kept) == seals.kept:
        log.warning(
            "warehouse: %s is not as it was published: a client changed it, holds it for writing or left a log; what "
            "was published is read from a copy. Run `ward-warehouse publish`, and open it read-only",
            file,
        )
        return _open(kept)
    # Neither is as it was: an error that names the cause, or what a person has put there by hand.
    return _open(file)


def _open(file: Path) -> duckdb.DuckDBPyConnection:
    if not file.is_file():
        raise BuildError(NOTHING)
    try:
        return duckdb.connect(str(file), read_only=True)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise _unreadable(file, error) from None
        raise BuildError(
            f"warehouse: {file} is held by a program that opened it for writing ({_line(error)}); end that program, "
            "or have it open the file read-only"
        ) from None
    except duckdb.Error as error:
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: duckdb.Error) -> BuildError:
    return BuildError(
        f"warehouse: {file} cannot be opened ({_line(error)}); run `ward-warehouse publish` to replace it"
    )


def _line(error: duckdb.Error) -> str:
    return " ".join(str(error).split())[:300]
