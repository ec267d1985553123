"""How the values of a ward's database are asked for and arrive: times as times, everything else as text.

The database writes what is text, so that the two ways of reading (`sql_streams`) give the same. A time that no calendar
has (0000-00-00, infinity) would end the read of the whole ward, or arrive as nothing: its record gets a fault instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, Text, case, cast, literal_column, or_, type_coerce
from sqlalchemy import types as sql_types
from sqlalchemy.dialects.mysql import BIT
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.types import NullType, TypeEngine

from ward_warehouse.core.quoting import identifier, literal
from ward_warehouse.sources.base import FAULT
from ward_warehouse.sources.numbers import EXACT, float_text, number_text
from ward_warehouse.sources.sql.dialects import LAST_DAY, Database

TYPES: dict[str, TypeEngine[Any]] = {
    "local": sql_types.DateTime(),
    "instant": sql_types.DateTime(timezone=True),
    "day": sql_types.Date(),
}
"""The type of a query's column, by the name that `Database.time_codes` gives it."""
_CHARACTERS = sql_types.CHAR(40)
THREE_DECIMALS = "'%.___'"


def type_of_code(database: Database, code: Any) -> TypeEngine[Any]:
    """The type of a query's column from the driver's type code."""
    if code in database.number_codes:
        return sql_types.Numeric()
    kind = database.time_codes.get(code) if isinstance(code, int) else None
    return TYPES[kind] if kind else NullType()


def arrow_type(column: ColumnElement[Any]) -> pa.DataType:
    """How a column arrives."""
    match column.type:
        case sql_types.DateTime(timezone=True):
            return pa.timestamp("us", "UTC")
        case sql_types.DateTime():
            return pa.timestamp("us")
        case sql_types.Date():
            return pa.date32()
    return pa.string()


def asked(
    columns: Sequence[ColumnElement[Any]], database: Database, cursor: str | None = None
) -> list[ColumnElement[Any]]:
    """What is asked of the database for each column, and last the fault of the record.

    Args:
        columns: of the table or query.
        database: its kind.
        cursor: the column that says when a record changed; a time without an end is given there as the last day.
    """
    values = [_value(column, database, cursor).label(column.key) for column in columns]
    return [*values, _fault(columns, database, cursor).label(FAULT)]


def _value(column: ColumnElement[Any], database: Database, cursor: str | None) -> ColumnElement[Any]:
    if _is_time(column):
        if database.possible is None:
            return column
        possible = (database.possible(column), column)
        if database.endless is None or column.key != cursor:
            return case(possible)
        return case(possible, (database.endless(column), literal_column(LAST_DAY)))
    if isinstance(column.type, BIT):
        return cast(column, sql_types.Integer())
    match database.text_in_sql:
        case "cast":
            written = cast(column, Text())
            return _with_fourth_decimal(written) if _has_decimals(column) else written
        case "stored":
            return _stored_text(column)
    # As the driver gives it: SQLAlchemy would round a float to ten places.
    return type_coerce(column, NullType())


def _stored_text(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A value of SQLite as text that reads back as the same value, and bytes as X'00FF'.

    Versions of SQLite differ in the digits that they write beyond the fifteenth: whole numbers are written without.
    From `EXACT` on a number is written with an exponent, which fits no id; "Inf", which some write, would fit one.
    """
    name = identifier(str(column.name))
    # In one piece: to put it together from parts takes as long as to read some thousand rows.
    return literal_column(
        f"CASE typeof({name}) WHEN 'text' THEN {name} WHEN 'integer' THEN CAST({name} AS TEXT) "
        f"WHEN 'blob' THEN quote({name}) WHEN 'real' THEN "
        f"CASE WHEN {name} NOT BETWEEN {1 - EXACT} AND {EXACT - 1} "
        f"THEN replace(printf('%!.15g', {name}), 'Inf', '9.0e+999') "
        f"WHEN {name} = CAST({name} AS INTEGER) THEN CAST(CAST({name} AS INTEGER) AS TEXT) || '.0' "
        # What is larger is typed with a second dot.
        f"WHEN {name} BETWEEN -1000 AND 1000 AND {name} LIKE {THREE_DECIMALS} THEN quote({name}) || '0' "
        f"ELSE quote({name}) END END",
        Text(),
    )


def _with_fourth_decimal(number: ColumnElement[Any]) -> ColumnElement[Any]:
    """What `number_text` does, of a number that the database wrote."""
    return case((number.like(literal_column(THREE_DECIMALS)), number.concat(literal_column("'0'"))), else_=number)


def _fault(columns: Sequence[ColumnElement[Any]], database: Database, cursor: str | None) -> ColumnElement[Any]:
    """Which time of the record cannot be: the first, by its column."""
    times = [column for column in columns if _is_time(column)] if database.possible else []
    if database.possible is None or not times:
        return cast(literal_column("NULL"), _CHARACTERS)
    # Not IS NOT NULL on the column itself: MariaDB calls 0000-00-00 null there.
    return case(*((cast(c, _CHARACTERS).is_not(None) & ~_can_be(c, database, cursor), _said(c)) for c in times))


def _can_be(column: ColumnElement[Any], database: Database, cursor: str | None) -> ColumnElement[bool]:
    assert database.possible is not None  # noqa: S101 - else no time is a fault
    possible = database.possible(column)
    if database.zero_is_empty:
        possible = or_(possible, cast(column, _CHARACTERS).like(literal_column("'0000-00-00%'")))
    return or_(possible, database.endless(column)) if database.endless and column.key == cursor else possible


def _said(column: ColumnElement[Any]) -> ColumnElement[str]:
    return literal_column(literal(f"column {column.key}: found a time that no calendar has"), sql_types.String())


def array(values: Sequence[Any], found: pa.DataType) -> pa.Array:
    """The values that a driver gave for one column."""
    if not pa.types.is_string(found):
        return pa.array(values, found)
    try:
        return pa.array(values, found)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([_text(value) for value in values], found)


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case bytes() | bytearray() | memoryview():
            return "\\x" + bytes(value).hex()
        case datetime():
            return value.isoformat(sep=" ")
        case timedelta():
            # MariaDB's TIME, which may be longer than a day and negative.
            seconds = abs(round(value.total_seconds()))
            sign = "-" if value < timedelta() else ""
            return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        case float():
            return float_text(value)
        case Decimal():
            return number_text(str(value))
    return str(value)


def _has_decimals(column: ColumnElement[Any]) -> bool:
    found = column.type.data_type if isinstance(column.type, DOMAIN) else column.type
    return isinstance(found, sql_types.Numeric | sql_types.Float)


def _is_time(column: ColumnElement[Any]) -> bool:
    return isinstance(column.type, sql_types.DateTime | sql_types.Date)
