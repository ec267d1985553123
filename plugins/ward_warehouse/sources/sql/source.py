"""Ward systems in a relational database, read through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Engine,
    FromClause,
    Integer,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    case,
    column,
    inspect,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.types import NullType, TypeEngine

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import CONTRACTS, Privacy
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.secrets import hidden_secrets
from ward_warehouse.registry import Feed, SqlRead
from ward_warehouse.registry.times import is_ordered, written
from ward_warehouse.sources.base import FAULT, POSITION, ReadReport, Window, compare_columns, key_positions
from ward_warehouse.sources.sql.dialects import Database, Session, open_engine
from ward_warehouse.sources.sql.queries import inner_query
from ward_warehouse.sources.sql.reasons import LOGIN, reason_of
from ward_warehouse.sources.sql.streams import ArrowReader, read_rows
from ward_warehouse.sources.sql.values import arrow_type, asked, type_of_code


class SqlSource:
    """A table or query of a ward's database; only the columns the mapping needs are asked for.

    Args:
        feed: the ward's feed.
        connection: its database.
        sample: what a night would refuse is refused, although a sample asks for no window.
    """

    def __init__(self, feed: Feed, connection: Connection, *, sample: bool = False) -> None:
        self.report = ReadReport()
        self._sample = sample
        self._feed = feed
        self._connection = connection
        spec = feed.system.read_spec(feed.record_kind)
        assert isinstance(spec, SqlRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        self._where = f"table {spec.table}" if spec.table else "the query"

    def read(self, window: Window) -> Iterator[pa.Table]:
        """Records changed in the window, and those that do not say when they changed."""
        with hidden_secrets(self._connection):
            yield from self._tables(window)

    def _tables(self, window: Window) -> Iterator[pa.Table]:
        session = Session(self._spec.timeout_seconds, self._feed.system.time_zone)
        engine, database = open_engine(str(self._feed), self._connection, session)
        database = replace(database, zero_is_empty=self._spec.zero_dates == "empty")
        arrow = ArrowReader(str(self._feed), self._connection, database, session)
        try:
            relation = self._relation(engine, database, window)
            columns = list(relation.c)
            cursor = self._feed.mapping.cursor.column if self._feed.mapping.cursor else None
            statement = self.statement(relation, window).select_from(relation)
            statement = statement.with_only_columns(*asked(columns, database, cursor))
            schema = pa.schema([*((c.name, arrow_type(c)) for c in columns), (FAULT, pa.string())])
            read = arrow.read if arrow.driver else read_rows
            # No session stays open beside the one that reads: a system's locks on an SQLite file belong to the process,
            # and closing any session would give up those of the other.
            engine.dispose()
            read_before = 0
            for table in read(engine, statement, schema):
                yield self._placed(table, read_before)
                read_before += table.num_rows
        except NoSuchTableError:
            raise SourceError(
                f"{self._feed}: {self._where} is not in the database; ask the ward whether it was renamed"
            ) from None
        except arrow.errors as error:
            reason = reason_of(error, self._spec.timeout_seconds)
            raise SourceError(
                f"{self._feed}: the database cannot be read: {reason}; check that the ward's server is "
                f"up and that connection {self._connection.id} is right, then run the ward again",
                "login_refused" if LOGIN.search(reason) else "no_answer",
            ) from None
        finally:
            engine.dispose()

    def statement(self, relation: FromClause, window: Window) -> Select[Any]:
        """The SELECT of a window; its bounds are bound parameters."""
        statement = select(relation)
        cursor = self._feed.mapping.cursor
        if cursor is None:
            return statement
        changed = relation.c[cursor.column]
        if self._is_unordered(changed):
            # Compared as text, a later time may come before an earlier one: all is read, and what is known left out.
            return statement
        if window.since is None:
            return statement if window.until is None else statement.where(self._all_but_later(window, changed))
        within = changed >= self._bound(window.since, changed)
        if window.until is not None:
            within &= changed < self._bound(window.until, changed)
        ahead = [changed > self._bound(window.ahead_of, changed)] if window.ahead_of else []
        return statement.where(or_(within, changed.is_(None), *ahead))

    def _is_unordered(self, changed: ColumnElement[Any]) -> bool:
        """Whether the change times are written so that the database cannot tell which is later."""
        cursor = self._feed.mapping.cursor
        forms = cursor.format if cursor is not None else ()
        if not forms:
            return isinstance(changed.type, String)
        return not is_ordered(forms)

    def _all_but_later(self, window: Window, changed: ColumnElement[Any]) -> ColumnElement[bool]:
        """True for what changed before the window's end, and for what does not say when, or names a time to come.

        These are nearly all records. No index can serve this form: by one SQLite would look up each of them.
        """
        assert window.until is not None  # noqa: S101 - without an end nothing is later
        of_later_nights = changed >= self._bound(window.until, changed)
        if window.ahead_of is not None:
            of_later_nights &= changed <= self._bound(window.ahead_of, changed)
        later = case((of_later_nights, literal_column("1")), else_=literal_column("0"))
        return later == literal_column("0")

    def _relation(self, engine: Engine, database: Database, window: Window) -> FromClause:
        """The table or query with the columns that are wanted of it."""
        types = self._columns(engine, database)
        if "" in types:
            # SQLite lets a column have no name; nothing can ask for it.
            del types[""]
            self.report.warnings.append(
                f"{self._where} has a column without a name, expected a name for each; it is not read: ask the ward "
                "what it holds, and read it through a query that names it"
            )
        self.report.new_columns = compare_columns(self._feed, types, self._where, catalogued=True)
        if self._sample or window != Window():
            self._refuse_epoch(types)
        dropped = _only_dropped(self._feed)
        mapping = self._feed.mapping
        left_out = (dropped | set(mapping.ignore)) - set(mapping.row_columns)
        wanted = [name for name in types if name not in left_out]
        if self._spec.query:
            named = (column(name, types[name]) for name in wanted)
            return inner_query(self._spec.query).columns(*named).subquery("source")
        columns: list[Column[Any]] = [
            Column(name, NullType() if database.as_stored else types[name]) for name in wanted
        ]
        return Table(str(self._spec.table), MetaData(), *columns, schema=self._spec.schema_name)

    def _refuse_epoch(self, types: dict[str, TypeEngine[Any]]) -> None:
        """A number is no time: compared with one, an epoch brings nothing night after night, and says nothing of it."""
        cursor = self._feed.mapping.cursor
        if cursor is None or cursor.format or not isinstance(types[cursor.column], Integer | Numeric):
            return
        raise SourceError(
            f"{self._feed}: {self._where}: column {cursor.column} (cursor): found numbers, expected times; read it "
            "through a query that makes times of them (to_timestamp, FROM_UNIXTIME), or say in "
            f"dags/systems/{self._feed.system.system}.yml how they are written (cursor.format)"
        )

    def _columns(self, engine: Engine, database: Database) -> dict[str, TypeEngine[Any]]:
        if self._spec.table:
            found = inspect(engine).get_columns(self._spec.table, schema=self._spec.schema_name)
            return {entry["name"]: entry["type"] for entry in found}
        with engine.connect() as session:
            alone = inner_query(str(self._spec.query)).columns().subquery("source")
            result = session.execute(select(text("*")).select_from(alone).where(text("1 = 0")))
            return {entry[0]: type_of_code(database, entry[1]) for entry in result.cursor.description}

    def _bound(self, instant: datetime, changed: ColumnElement[Any]) -> object:
        if isinstance(changed.type, DateTime) and changed.type.timezone:
            return instant
        local = instant.astimezone(ZoneInfo(self._feed.system.time_zone)).replace(tzinfo=None)
        cursor = self._feed.mapping.cursor
        if cursor is not None and cursor.format:
            found = written(instant, cursor.format[0], self._feed.system.time_zone)
            return int(found) if isinstance(changed.type, Integer | Numeric) else found
        return local.isoformat(sep=" ") if isinstance(changed.type, NullType) else local

    def _placed(self, table: pa.Table, read_before: int) -> pa.Table:
        """The table with the position of each record: the table it is from and its key."""
        origin = self._spec.table or "query"
        if self._feed.mapping.key_hashed:
            # No number either: it is another one when the record is read again, and its entry would be another one too.
            places = pa.array([f"{origin} with a hashed key"] * table.num_rows, pa.string())
            return table.append_column(POSITION, places)
        keys = [pc.cast(table[name], pa.string()) for name in self._feed.mapping.key]
        key = pc.binary_join_element_wise(*keys, "|", null_handling="replace", null_replacement="")
        return table.append_column(POSITION, key_positions(origin, key, read_before))


def _only_dropped(feed: Feed) -> set[str]:
    """Source columns that feed nothing but dropped contract columns: never read, so never at risk."""
    by_name = CONTRACTS[feed.record_kind].by_name
    used: dict[str, bool] = {}
    for name, column_map in feed.mapping.columns.items():
        if column_map.from_ is not None:
            drop = by_name[name].privacy is Privacy.DROP
            used[column_map.from_] = used.get(column_map.from_, True) and drop
    return {name for name, drop in used.items() if drop and name not in feed.mapping.key}
