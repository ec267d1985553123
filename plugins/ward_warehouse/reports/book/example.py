"""An example of an indicator: a few records made from its definition, and its figure worked out from them by hand.

Records are made of the values that the definition speaks of, each in a ward of its own at first: the indicator's
stand-alone statement then says of each by itself whether it counts. A few that differ are chosen. Nothing in them is
anybody's: they come from the definition and from no record.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import Any

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.quoting import identifier
from ward_warehouse.registry.indicators import Catalogue, CountedKind, Indicator
from ward_warehouse.warehouse.indicator_sql import standalone_sql

MONTH = date(2018, 3, 1)
"""The month of an example, unless its definition holds from a later day on: then it is March of the year after."""

POOL = 600
SHOWN = (3, 2, 1)
"""Records of a table: in the numerator, in the denominator alone, in neither."""

_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"\b\d+\b")


@dataclass(frozen=True)
class Counted:
    """A record of an example: of which kind it is, what it says, and what it adds to the two parts."""

    record_kind: str
    values: dict[str, Any]
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True)
class Example:
    """An indicator's example, and its figure as the records give it by hand."""

    records: Sequence[Counted]
    numerator: float | None
    denominator: float | None
    value: float | None


def work_out(indicator: Indicator, catalogue: Catalogue, published: duckdb.DuckDBPyConnection) -> Example:
    """An example of an indicator.

    Args:
        indicator: a definition.
        catalogue: all definitions.
        published: the published warehouse, whose relations say which columns there are and of which types; no record
            of it is read.

    Raises:
        WardWarehouseError: no record made from the definition counts.
    """
    made = _make(indicator, catalogue, published)
    counted = _count_each(indicator, catalogue, published, made)
    chosen = _choose(counted)
    if not any(one.numerator or one.denominator for one in chosen):
        raise WardWarehouseError(f"indicator {indicator.code}: no example record counts; expected one that does")
    return Example(chosen, *_by_hand(indicator, chosen))


def figure_of(
    indicator: Indicator, catalogue: Catalogue, published: duckdb.DuckDBPyConnection, records: Sequence[Counted]
) -> dict[str, Any]:
    """What the stand-alone statement gives for the records of one ward: numerator, denominator, value."""
    placed = [(one.record_kind, {**one.values, "ward_key": "example"}) for one in records]
    return _run(indicator, catalogue, published, placed).get("example", {})


def month_of(indicator: Indicator) -> date:
    """The first day of the month of an indicator's example."""
    since = indicator.valid_from
    return MONTH if since is None or since <= MONTH else date(since.year + 1, 3, 1)


def _days(month: date) -> list[date | None]:
    """Two days in the month, one before it, one after it, and none."""
    return [month.replace(day=5), month.replace(day=20), month - timedelta(days=17), month + timedelta(days=39), None]


def _make(
    indicator: Indicator, catalogue: Catalogue, published: duckdb.DuckDBPyConnection
) -> list[tuple[str, dict[str, Any]]]:
    """Records of every kind that the indicator counts, of the values that its definition speaks of."""
    made: list[tuple[str, dict[str, Any]]] = []
    for name in dict.fromkeys(part.record_kind for _, part in indicator.parts):
        kind = catalogue.record_kinds[name]
        spoken = " ".join(
            str(text)
            for _, part in indicator.parts
            if part.record_kind == name
            for text in (part.where, part.sum_of, part.date, part.opened or kind.opened if part.is_state else "",
                         part.closed or kind.closed if part.is_state else "", getattr(indicator, "value_of", ""))
            if text
        )  # fmt: skip
        columns = {
            column: kind_of
            for column, kind_of in _columns(published, kind).items()
            if column != "ward_key" and re.search(rf"\b{column}\b", _LITERAL.sub("", spoken))
        }
        choices = [_values(column, kind_of, spoken, month_of(indicator)) for column, kind_of in columns.items()]
        combined = list(itertools.islice(itertools.product(*choices), 200_000))
        # Of more than can be looked at, the same ones every time.
        if len(combined) > POOL:
            combined = random.Random(indicator.code).sample(combined, POOL)  # noqa: S311 - no secret
        made += [(name, dict(zip(columns, values, strict=True))) for values in combined]
    return made


def _columns(published: duckdb.DuckDBPyConnection, kind: CountedKind) -> dict[str, str]:
    described = published.execute(f"DESCRIBE {kind.schema_}.{identifier(kind.mart)}").fetchall()
    return {str(row[0]): str(row[1]) for row in described}


def _values(column: str, kind: str, spoken: str, month: date) -> list[Any]:
    """What a column may say in an example: what the definition names, something else, and nothing."""
    if kind == "BOOLEAN":
        return [True, False, None]
    if kind == "DATE":
        return _days(month)
    if kind.startswith("TIMESTAMP"):
        return [datetime(day.year, day.month, day.day, 3, tzinfo=UTC) if day else None for day in _days(month)]
    if kind == "VARCHAR":
        near = re.findall(rf"\b{column}\b\s*(?:=|<>|like|in)\s*(\([^)]*\)|'[^']*')", spoken)
        named = [text.replace("%", "1") for group in near for text in _LITERAL.findall(group)]
        return [*dict.fromkeys(named), *(["A", "B"] if not named else ["khac"]), None]
    numbers = [int(text) for text in _NUMBER.findall(_LITERAL.sub("", spoken))]
    return list(dict.fromkeys([2, 5, 0, *(number + step for number in numbers if number < 100 for step in (0, 1))]))


def _count_each(
    indicator: Indicator,
    catalogue: Catalogue,
    published: duckdb.DuckDBPyConnection,
    made: Sequence[tuple[str, dict[str, Any]]],
) -> list[Counted]:
    """Each record with what it adds, as the statement says of a ward that has it alone."""
    placed = [(kind, {**values, "ward_key": f"w{number}"}) for number, (kind, values) in enumerate(made)]
    if len({kind for kind, _ in made}) > 1:
        # Of two kinds of records, a ward with one of them may have no figure at all: each part by itself.
        each = [
            _run(indicator.model_copy(update={"numerator": part, "denominator": None}), catalogue, published, placed)
            for _, part in indicator.parts
        ]
        found = {ward: {"numerator": n.get("numerator")} for ward, n in each[0].items()}
        for ward, row in each[1].items():
            found.setdefault(ward, {})["denominator"] = row.get("numerator")
    else:
        found = _run(indicator, catalogue, published, placed)
    counted = []
    for number, (kind, values) in enumerate(made):
        row = found.get(f"w{number}", {})
        counted.append(Counted(kind, values, row.get("numerator"), row.get("denominator")))
    return counted


def _run(
    indicator: Indicator,
    catalogue: Catalogue,
    published: duckdb.DuckDBPyConnection,
    records: Sequence[tuple[str, dict[str, Any]]],
) -> dict[str, dict[str, Any]]:
    """By ward what the indicator's stand-alone statement gives over some records, in a warehouse of their own."""
    month = month_of(indicator)
    wards = dict.fromkeys(values["ward_key"] for _, values in records)
    as_of = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    # What stands for a whole period stands for the month.
    whole = {"period_start": month, "period_end": as_of}
    tables: dict[tuple[str, str], list[dict[str, Any]]] = {
        ("marts", "dim_ward"): [
            {"ward_key": ward, "unit_kind": "ward", "in_force_from": month, "district_as_of": as_of} for ward in wards
        ],
        ("marts", "dim_date"): [{"calendar_date": month, "month_start": month}],
        ("marts", "indicators_not_recorded"): [],
    }
    for name, values in records:
        kind = catalogue.record_kinds[name]
        tables.setdefault((kind.schema_, kind.mart), []).append({**(whole if kind.within else {}), **values})
    for _, part in indicator.parts:
        kind = catalogue.record_kinds[part.record_kind]
        tables.setdefault((kind.schema_, kind.mart), [])
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'; CREATE SCHEMA marts; CREATE SCHEMA audit")
        for (schema, mart), rows in tables.items():
            _fill(db, published, schema, mart, rows)
        cursor = db.execute(standalone_sql(indicator, catalogue))
        names = [column[0] for column in cursor.description]
        return {str(row[0]): dict(zip(names, row, strict=True)) for row in cursor.fetchall()}


def _fill(
    db: duckdb.DuckDBPyConnection,
    published: duckdb.DuckDBPyConnection,
    schema: str,
    mart: str,
    rows: list[dict[str, Any]],
) -> None:
    """Makes a relation as it is published, with rows of our own."""
    relation = f"{schema}.{identifier(mart)}"
    columns = published.execute(f"DESCRIBE {relation}").fetchall()
    db.execute(f"CREATE TABLE {relation} ({', '.join(f'{identifier(row[0])} {row[1]}' for row in columns)})")
    if rows:
        names = list(dict.fromkeys(name for row in rows for name in row))
        db.register("made", pa.table({name: [row.get(name) for row in rows] for name in names}))
        db.execute(f"INSERT INTO {relation} BY NAME FROM made")
        db.unregister("made")


def _choose(counted: Sequence[Counted]) -> list[Counted]:
    """A few of each sort: those that say most come first, and none says what another says."""
    sorts = (
        [one for one in counted if one.numerator],
        [one for one in counted if one.denominator and not one.numerator],
        [one for one in counted if not one.denominator and not one.numerator],
    )
    chosen = []
    for found, many in zip(sorts, SHOWN, strict=True):
        fullest = sorted(found, key=lambda one: sum(value is None for value in one.values.values()))
        by_kind = {one.record_kind: one for one in reversed(fullest)}
        # One of each kind first, where numerator and denominator are of two.
        first = list(by_kind.values())
        chosen += [*first, *(one for one in fullest if one not in first)][: max(many, len(first))]
    return chosen


def _by_hand(indicator: Indicator, records: Sequence[Counted]) -> tuple[float | None, float | None, float | None]:
    """Numerator, denominator and value as somebody with a pencil gets them from the table."""
    value_of = getattr(indicator, "value_of", "")
    if indicator.kind in ("median", "distinct", "concentration"):
        said = [_said(value_of, one) for one in records if one.numerator or one.denominator]
        if indicator.kind == "median":
            return None, len(said), float(median(said))
        if indicator.kind == "distinct":
            return len(set(said)), None, len(set(said))
        most = max(said.count(one) for one in said)
        return most, len(said), most / len(said)
    n = _sum(one.numerator for one in records)
    if indicator.kind != "ratio":
        return n, None, n
    of = _sum(one.denominator for one in records)
    return n, of, n / of if n is not None and of else None


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _said(value_of: str, record: Counted) -> Any:
    """What a record says: a column of it, or the ward, which is the same for all of an example."""
    return next((value for column, value in record.values.items() if re.search(rf"\b{column}\b", value_of)), "example")
