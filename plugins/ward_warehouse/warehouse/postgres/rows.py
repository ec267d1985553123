"""Rows of the build into tables of PostgreSQL: written by DuckDB, read by COPY, through a pipe and nothing else."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier
from ward_warehouse.registry.facts import Fact
from ward_warehouse.warehouse.postgres.shapes import Table, qualified

if TYPE_CHECKING:
    from ward_warehouse.warehouse.postgres.session import Session

CHUNK_BYTES = 1 << 20
"""Also what the pipe holds, where the system lets it: sixteen times as much at once as without asking."""


def csv_options(columns: Mapping[str, str]) -> str:
    """How DuckDB writes what PostgreSQL's COPY reads.

    A null is nothing at all, an empty text a pair of quotation marks: PostgreSQL's CSV tells them apart. What is no
    text is never empty, and shorter without them.

    Args:
        columns: PostgreSQL's types by name.
    """
    texts = ", ".join(identifier(name) for name, type_ in columns.items() if type_ == "text")
    quoted = f", FORCE_QUOTE ({texts})" if texts else ""
    return f"FORMAT csv, HEADER false, NULLSTR ''{quoted}"


def replace_rows(db: duckdb.DuckDBPyConnection, session: Session, table: Table, key: str = "") -> int:
    """Replaces all rows of a table; gives how many there are.

    Args:
        db: the build.
        session: of the database, in a transaction.
        table: the table.
        key: the column that has an index. In its order PostgreSQL finds each entry beside the one before, and has to
            hold a fraction of the index at once: bench key `postgres_publish_vs_copy`.

    Raises:
        BuildError: PostgreSQL took another number of rows than the build has.
    """
    session.execute(f"DELETE FROM {qualified(table.name)}")  # noqa: S608 - a quoted name, as below
    order = f" ORDER BY {identifier(key)}" if key else ""
    taken = _copy(db, session, table, f"SELECT {_columns(table.columns)} FROM {table.source}{order}")  # noqa: S608
    expected = _count(db, table.source)
    if taken != expected:
        raise BuildError(f"publish: {'.'.join(table.name)}: PostgreSQL took {taken} rows, expected {expected}")
    return taken


def replace_computed(db: duckdb.DuckDBPyConnection, session: Session, table: Table, fact: Fact) -> int | None:
    """Replaces the rows of a fact that the last build computed; gives how many rows the fact has then.

    None, with rows replaced that all have to be, when the build did not compute by keys or the fact does not come out
    as the build has it.
    """
    computed = f"intermediate.{fact.computed}"
    try:
        keys = [key for (key,) in db.execute(f"SELECT DISTINCT {fact.key} FROM {computed}").fetchall()]  # noqa: S608 - checked
    except duckdb.CatalogException:
        return None
    session.execute(f"DELETE FROM {qualified(table.name)} WHERE {identifier(fact.key)} = ANY(%s)", [keys])  # noqa: S608
    # By their place: DuckDB would read every column of all records before it compares the keys.
    _copy(
        db,
        session,
        table,
        f"SELECT {_columns(table.columns)} FROM {table.source} WHERE rowid IN (SELECT rowid FROM {table.source} "  # noqa: S608 - checked names
        f"WHERE {fact.key} IN (SELECT {fact.key} FROM {computed}))",
    )
    expected = _count(db, table.source)
    found = session.execute(f"SELECT count(*) FROM {qualified(table.name)}").fetchone()  # noqa: S608 - a quoted name
    return expected if found == (expected,) else None


def _columns(columns: Mapping[str, str]) -> str:
    return ", ".join(map(identifier, columns))


def _count(db: duckdb.DuckDBPyConnection, source: str) -> int:
    found = db.execute(f"SELECT count(*) FROM {source}").fetchone()  # noqa: S608 - a quoted name
    return int(found[0]) if found else 0


def _copy(db: duckdb.DuckDBPyConnection, session: Session, table: Table, query: str) -> int:
    """Copies what a query of the build gives into a table; gives how many rows PostgreSQL took.

    PostgreSQL knows no NUL in a text: it is left out.
    """
    read_end, write_end = _pipe()
    statement = f"COPY {qualified(table.name)} ({_columns(table.columns)}) FROM STDIN (FORMAT csv)"
    # The pool ends after the stream is closed, which ends a writer that nobody reads any more.
    with ThreadPoolExecutor(1) as pool, open(read_end, "rb", buffering=0) as stream, session.cursor() as cursor:
        writing = pool.submit(_write, db, query, csv_options(table.columns), write_end)
        with cursor.copy(statement) as copy:
            while chunk := stream.read(CHUNK_BYTES):
                copy.write(chunk.replace(b"\0", b""))
            # Before the copy ends: half of the rows must not count as all of them.
            writing.result()
        return cursor.rowcount


def _pipe() -> tuple[int, int]:
    read_end, write_end = os.pipe()
    with suppress(OSError, AttributeError):
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, CHUNK_BYTES)
    return read_end, write_end


def _write(db: duckdb.DuckDBPyConnection, query: str, options: str, descriptor: int) -> None:
    try:
        with db.cursor() as writer:
            writer.execute("SET TimeZone = 'UTC'")
            writer.execute(f"COPY ({query}) TO '/dev/fd/{descriptor}' ({options})")
    finally:
        os.close(descriptor)
