"""Ward systems in a relational database, read through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    FromClause,
    MetaData,
    Select,
    Table,
    column,
    inspect,
    or_,
    select,
    text,
)
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError
from sqlalchemy.types import NullType

from ward_warehouse.connections import Connection
from ward_warehouse.contracts import CONTRACTS, Privacy
from ward_warehouse.errors import SourceError
from ward_warehouse.registry import Dataset, SqlRead
from ward_warehouse.sources.base import BATCH_ROWS, ReadReport, Window, compare_columns, with_position
from ward_warehouse.sources.dialects import Database, open_engine


class SqlSource:
    """A table or query of a ward's database; only the columns the mapping needs are asked for."""

    def __init__(self, dataset: Dataset, connection: Connection) -> None:
        self.report = ReadReport()
        self._dataset = dataset
        self._connection = connection
        spec = dataset.system.read_spec(dataset.kind)
        assert isinstance(spec, SqlRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        self._where = f"table {spec.table}" if spec.table else "the query"

    def read(self, window: Window) -> Iterator[pa.Table]:
        """Records changed in the window, and those that do not say when they changed."""
        engine, database = open_engine(str(self._dataset), self._connection, self._spec.timeout_seconds)
        try:
            relation = self._relation(engine, database)
            with engine.connect().execution_options(stream_results=True, yield_per=BATCH_ROWS) as session:
                names = [found.name for found in relation.c]
                for rows in session.execute(self.statement(relation, window)).partitions(BATCH_ROWS):
                    yield self._batch(names, rows)
        except NoSuchTableError:
            raise SourceError(
                f"{self._dataset}: {self._where} is not in the database; ask the ward whether it was renamed"
            ) from None
        except SQLAlchemyError as error:
            raise SourceError(
                f"{self._dataset}: the database cannot be read: {_reason(error)}; check that the ward's server is up "
                f"and that connection {self._connection.id} is right, then run the ward again"
            ) from None
        finally:
            engine.dispose()

    def statement(self, relation: FromClause, window: Window) -> Select[Any]:
        """The SELECT of a window; its bounds are bound parameters."""
        statement = select(relation)
        cursor = self._dataset.mapping.cursor
        if cursor is None:
            return statement
        changed = relation.c[cursor.column]
        conditions: list[ColumnElement[bool]] = []
        if window.since is not None:
            conditions.append(changed >= self._bound(window.since))
        if window.until is not None:
            conditions.append(changed < self._bound(window.until))
        if not conditions:
            return statement
        within = conditions[0] if len(conditions) == 1 else conditions[0] & conditions[1]
        return statement.where(or_(within, changed.is_(None)))

    def _relation(self, engine: Engine, database: Database) -> FromClause:
        """The table or query with the columns that are wanted of it."""
        types = self._columns(engine)
        self.report.new_columns = compare_columns(self._dataset, types, self._where)
        dropped = _only_dropped(self._dataset)
        wanted = [name for name in types if name not in dropped and name not in self._dataset.mapping.ignore]
        if self._spec.query:
            return text(self._spec.query).columns(*(column(name, types[name]) for name in wanted)).subquery("source")
        columns: list[Column[Any]] = [
            Column(name, NullType() if database.as_stored else types[name]) for name in wanted
        ]
        return Table(str(self._spec.table), MetaData(), *columns, schema=self._spec.schema_name)

    def _columns(self, engine: Engine) -> dict[str, Any]:
        if self._spec.table:
            found = inspect(engine).get_columns(self._spec.table, schema=self._spec.schema_name)
            return {entry["name"]: entry["type"] for entry in found}
        with engine.connect() as session:
            empty = select(text("*")).select_from(text(f"({self._spec.query}) AS source")).where(text("1 = 0"))
            return {name: NullType() for name in session.execute(empty).keys()}  # noqa: SIM118 - a result, not a dict

    def _bound(self, instant: datetime) -> object:
        local = instant.astimezone(ZoneInfo(self._dataset.system.time_zone)).replace(tzinfo=None)
        cursor = self._dataset.mapping.cursor
        return local.strftime(cursor.format) if cursor is not None and cursor.format else local

    def _batch(self, names: list[str], rows: Any) -> pa.Table:
        columns = list(zip(*rows, strict=True))
        key = [names.index(name) for name in self._dataset.mapping.key]
        origin = self._spec.table or "query"
        positions = [f"{origin} {'|'.join(str(row[i]) for i in key)}" for row in rows]
        return with_position(pa.table([_array(values) for values in columns], names=names), positions)


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
    return {name for name, drop in used.items() if drop and name not in dataset.mapping.key}


def _reason(error: SQLAlchemyError) -> str:
    """The driver's own words without the statement and its parameters."""
    original = getattr(error, "orig", None)
    return " ".join(str(original or type(error).__name__).split())
