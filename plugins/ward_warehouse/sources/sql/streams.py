"""The two ways in which the rows of a statement leave a database, both in batches: as Arrow (ADBC), and row by row.

Both run the same statement and give the same rows and types. Arrow is taken where `dialects.DATABASES` names a driver
that hands it over: it is three to five times as fast on records of 20 columns.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import BindParameter, Engine, Select, Text, cast, func, literal_column
from sqlalchemy.engine import Compiled
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import NullType, String

from ward_warehouse.core.connections import Connection
from ward_warehouse.sources.base import BATCH_ROWS
from ward_warehouse.sources.sql.dialects import Database, Session, server_url, session_statements, sqlite_file
from ward_warehouse.sources.sql.values import array
from ward_warehouse.sources.sql.waiting import within

SETTING = "ward_warehouse.p"
"""PostgreSQL session settings that carry the bounds of the window: a COPY, which streams, takes no parameters."""


def read_rows(engine: Engine, statement: Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows through SQLAlchemy, with whatever driver the dialect has.

    Raises:
        SQLAlchemyError: the database cannot be read.
    """
    with engine.connect().execution_options(stream_results=True, yield_per=BATCH_ROWS) as session:
        for rows in session.execute(statement).partitions(BATCH_ROWS):
            columns = zip(*rows, strict=True)
            arrays = [array(values, field.type) for values, field in zip(columns, schema, strict=True)]
            yield pa.table(arrays, schema=schema)


class ArrowReader:
    """Reads through an ADBC driver.

    Args:
        who: the feed, for errors.
        connection: the ward's database.
        database: its kind.
        session: how it is entered.
    """

    def __init__(self, who: str, connection: Connection, database: Database, session: Session) -> None:
        self._who = who
        self._connection = connection
        self._database = database
        self._session = session
        self.driver: Any = None
        if database.arrow:
            try:
                self.driver = importlib.import_module(f"{database.arrow}.dbapi")
            except ModuleNotFoundError:
                self.driver = None

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What a read can raise: SQLAlchemy's errors, and those of the driver and of its stream where there is one."""
        return (SQLAlchemyError, self.driver.Error, pa.ArrowException, OSError) if self.driver else (SQLAlchemyError,)

    def read(self, engine: Engine, statement: Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """The rows of a statement.

        Raises:
            Exception: one of `errors`, when the database cannot be read.
        """
        yield from READERS[self._database.arrow](self, engine, statement, schema)

    def sqlite(self, engine: Engine, statement: Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """An SQLite file.

        The driver takes a column's type from the first rows it sees, and stops at the first value of another one: a
        first row of texts, which is left out again, says that all of them are texts. It cannot be told to give up.
        """
        compiled = statement.compile(engine)
        texts = ", ".join(["''"] * len(schema))
        # The texts are constant, and the statement was compiled with its bounds bound.
        marked = f"SELECT {texts} UNION ALL {compiled}"
        address = sqlite_file(self._who, self._connection)
        first = True
        values = _positional(compiled)
        for batch in within(self._session.timeout_seconds, lambda: self._sqlite_batches(address, marked, values)):
            table = pa.Table.from_batches([batch]).rename_columns(schema.names)
            yield _readable(table.slice(1) if first else table).cast(schema)
            first = False

    def _sqlite_batches(self, address: str, sql: str, values: list[str]) -> Generator[pa.RecordBatch, None, None]:
        """Opens, reads and closes in one thread: a session that is at work cannot be closed from another."""
        with closing(self.driver.connect(address, autocommit=True)) as session, closing(session.cursor()) as cursor:
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": str(BATCH_ROWS)})
            cursor.execute(sql, values)
            yield from cursor.fetch_record_batch()

    def postgres(self, engine: Engine, statement: Select[Any], schema: pa.Schema) -> Iterator[pa.Table]:
        """A PostgreSQL server."""
        settings: list[str] = []
        traverse: Any = replacement_traverse
        replaced = traverse(statement, {}, lambda part, **_: _setting(part, settings))
        # The compiler doubles the sign for the other driver, whose placeholders begin with it.
        sql = str(replaced.compile(engine)).replace("%%", "%")
        address = server_url(self._connection, self._database, "postgresql").update_query_dict(
            {name: str(value) for name, value in self._database.connect.items()}
        )
        # The blanks that SQLAlchemy leaves in an address are none for libpq.
        written = address.render_as_string(hide_password=False).replace(" ", "%20")
        with (
            closing(self.driver.connect(written, autocommit=True)) as session,
            closing(session.cursor()) as cursor,
        ):
            for said in session_statements(self._database, self._session):
                cursor.execute(said)
            for number, value in enumerate(settings):
                cursor.execute("SELECT set_config($1, $2, false)", (f"{SETTING}{number}", value))
            cursor.execute(sql)
            for batch in cursor.fetch_record_batch():
                yield pa.Table.from_batches([batch]).cast(schema)


READERS: dict[str, Callable[[ArrowReader, Engine, Select[Any], pa.Schema], Iterator[pa.Table]]] = {
    "adbc_driver_sqlite": ArrowReader.sqlite,
    "adbc_driver_postgresql": ArrowReader.postgres,
}


def _setting(part: Any, settings: list[str]) -> Any:
    """A bound value as the session setting that carries it."""
    if not isinstance(part, BindParameter):
        return None
    name = f"'{SETTING}{len(settings)}'"
    settings.append(_written(part.value))
    wanted = Text() if isinstance(part.type, String | NullType) else part.type
    return cast(func.current_setting(literal_column(name)), wanted)


def _positional(compiled: Compiled) -> list[str]:
    order: Any = getattr(compiled, "positiontup", None) or []
    return [_written(compiled.params[name]) for name in order]


def _written(value: Any) -> str:
    return value.isoformat(sep=" ") if isinstance(value, datetime) else str(value)


def _readable(table: pa.Table) -> pa.Table:
    """The table; bytes in it that are not UTF-8 become replacement signs, as in the other way of reading."""
    try:
        table.validate(full=True)
    except pa.ArrowInvalid:
        for index, name in enumerate(table.column_names):
            found = table[name].cast(pa.binary()).to_pylist()
            texts = [None if value is None else value.decode("utf-8", "replace") for value in found]
            table = table.set_column(index, name, pa.array(texts, pa.string()))
    return table
