"""Ward systems in a relational database, read through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import Column, ColumnElement, Engine, MetaData, Select, Table, create_engine, inspect, or_, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError
from sqlalchemy.types import NullType

from ward_warehouse.connections import Connection
from ward_warehouse.contracts import CONTRACTS, Privacy
from ward_warehouse.errors import SourceError
from ward_warehouse.registry import Dataset, SqlRead
from ward_warehouse.sources.base import BATCH_ROWS, ReadReport, Window, compare_columns, with_position

DIALECTS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class SqlSource:
    """A table of a ward's database; only the columns the mapping needs are asked for."""

    def __init__(self, dataset: Dataset, connection: Connection) -> None:
        self.report = ReadReport()
        self._dataset = dataset
        self._connection = connection
        spec = dataset.system.read_spec(dataset.kind)
        assert isinstance(spec, SqlRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec

    def read(self, window: Window) -> Iterator[pa.Table]:
        """Records changed in the window, and those that do not say when they changed."""
        engine = _engine(self._dataset, self._connection)
        try:
            table = self._table(engine)
            with engine.connect().execution_options(stream_results=True, yield_per=BATCH_ROWS) as open_connection:
                for rows in open_connection.execute(self._statement(table, window)).partitions(BATCH_ROWS):
                    yield self._batch([column.name for column in table.columns], rows)
        except NoSuchTableError:
            raise SourceError(
                f"{self._dataset}: table {self._spec.table} is not in the database; ask the ward whether it was renamed"
            ) from None
        except SQLAlchemyError as error:
            raise SourceError(
                f"{self._dataset}: the database cannot be read: {_reason(error)}; check that the ward's server is up "
                f"and that connection {self._connection.id} is right, then run the ward again"
            ) from None
        finally:
            engine.dispose()

    def _table(self, engine: Engine) -> Table:
        found = inspect(engine).get_columns(self._spec.table, schema=self._spec.schema_name)
        types = {column["name"]: column["type"] for column in found}
        self.report.new_columns = compare_columns(self._dataset, types, f"table {self._spec.table}")
        dropped = _only_dropped(self._dataset)
        wanted = [name for name in types if name not in dropped and name not in self._dataset.mapping.ignore]
        # SQLite stores what it is given whatever the declared type, and a typed read of a bad date raises in mid-batch.
        as_stored = engine.dialect.name == "sqlite"
        columns: list[Column[Any]] = [Column(name, NullType() if as_stored else types[name]) for name in wanted]
        return Table(self._spec.table, MetaData(), *columns, schema=self._spec.schema_name)

    def _statement(self, table: Table, window: Window) -> Select[Any]:
        statement = select(table)
        cursor = self._dataset.mapping.cursor
        if cursor is None:
            return statement
        column = table.c[cursor.column]
        conditions: list[ColumnElement[bool]] = []
        if window.since is not None:
            conditions.append(column >= self._bound(window.since))
        if window.until is not None:
            conditions.append(column < self._bound(window.until))
        if not conditions:
            return statement
        within = conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]
        return statement.where(or_(within, column.is_(None)))

    def _bound(self, instant: datetime) -> object:
        local = instant.astimezone(ZoneInfo(self._dataset.system.time_zone)).replace(tzinfo=None)
        cursor = self._dataset.mapping.cursor
        return local.strftime(cursor.format) if cursor is not None and cursor.format else local

    def _batch(self, names: list[str], rows: Any) -> pa.Table:
        columns = list(zip(*rows, strict=True))
        key = [names.index(name) for name in self._dataset.mapping.key]
        positions = [f"{self._spec.table} {'|'.join(str(row[i]) for i in key)}" for row in rows]
        return with_position(pa.table([_array(column) for column in columns], names=names), positions)


def _array(values: tuple[Any, ...]) -> pa.Array:
    """Values of one column; text where the database mixes types in it (SQLite does)."""
    try:
        return pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else str(value) for value in values], pa.string())


def _only_dropped(dataset: Dataset) -> set[str]:
    """Source columns that feed nothing but dropped contract columns: never read, so never at risk."""
    by_name = CONTRACTS[dataset.kind].by_name
    used: dict[str, bool] = {}
    for name, column_map in dataset.mapping.columns.items():
        if column_map.from_ is not None:
            drop = by_name[name].privacy is Privacy.DROP
            used[column_map.from_] = used.get(column_map.from_, True) and drop
    return {column for column, drop in used.items() if drop and column not in dataset.mapping.key}


def _engine(dataset: Dataset, connection: Connection) -> Engine:
    if connection.conn_type == "sqlite":
        path = Path(connection.host if connection.host.startswith("/") else f"/{connection.schema}")
        if not path.is_file():
            raise SourceError(
                f"{dataset}: found no database file {path.name}, expected the ward's SQLite file that connection "
                f"{connection.id} names; check the share it lies on"
            )
        # Read-only, so that neither a mistake here nor a fault in the driver changes the ward's records.
        return create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")
    driver = DIALECTS.get(connection.conn_type)
    if driver is None:
        raise SourceError(
            f"{dataset}: connection {connection.id} has type {connection.conn_type!r}, expected one of "
            f"{', '.join(sorted(DIALECTS))}"
        )
    url = URL.create(
        driver,
        username=connection.login or None,
        password=connection.password or None,
        host=connection.host,
        port=connection.port,
        database=connection.schema,
    )
    return create_engine(url, connect_args={"options": "-c default_transaction_read_only=on"})


def _reason(error: SQLAlchemyError) -> str:
    """The driver's own words without the statement and its parameters."""
    original = getattr(error, "orig", None)
    return " ".join(str(original or type(error).__name__).split())
