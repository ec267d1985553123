"""Checks of single columns of a mapping: formats, expressions, patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb

from ward_warehouse.core.contracts import CONTRACTS, Column, RecordKind
from ward_warehouse.core.quoting import identifier
from ward_warehouse.registry import ColumnMap, RecordKindMap, System
from ward_warehouse.registry.times import NAMED

SIGNS = set("aAbBcdDfgGHIjmMnpSuUVwWxXyYzZ%")
"""What may follow a % in DuckDB's strptime; `-` drops leading zeros."""

Found = Iterator[tuple[str, list[str | int], str]]


def column_findings(system: System, record_kind: RecordKind, record_map: RecordKindMap) -> Found:
    """Findings about the columns of a feed, with the keys that lead to their lines."""
    contract = CONTRACTS[record_kind]
    for name, column_map in record_map.columns.items():
        at: list[str | int] = ["record_kinds", str(record_kind), "columns", name]
        column = contract.by_name.get(name)
        if column is None:
            continue
        for code, text in (*_formats(column, column_map), *_origin(column, column_map), *_expression(column_map)):
            yield code, at, text
    if "rating_scale" in contract.by_name and "rating_scale" not in record_map.columns:
        yield "rating-scale-missing", ["record_kinds", str(record_kind), "columns"], "rating_scale is not mapped"


def format_fault(text: str) -> tuple[str, str] | None:
    """What is wrong with a date format: code of the check and words; None when nothing is."""
    if text in NAMED:
        return None
    for sign in re.findall(r"%-?(.?)", text):
        if sign not in SIGNS or not sign:
            return "format-invalid", f"%{sign} is no sign of a date format"
    if not re.search(r"%[YyGcx]", text):
        return "cursor-format", "has no year"
    return None


def _formats(column: Column, column_map: ColumnMap) -> Iterator[tuple[str, str]]:
    formats = column_map.formats
    if formats and column.type not in ("timestamp", "date"):
        yield "formats-unused", f"has formats, and is {column.type}"
    for text in formats:
        fault = format_fault(text)
        if fault and fault[0] == "format-invalid":
            yield fault[0], f"format {text!r}: {fault[1]}"
        if "%y" in text:
            yield "format-two-digit-year", f"format {text!r} has a year of two digits"
    if len(set(formats)) < len(formats):
        yield "format-repeated", "a format stands twice"
    orders = {order for text in formats if (order := _order(text))}
    if len(orders) > 1:
        yield "formats-ambiguous", "has formats with the day first and with the month first"


def _order(text: str) -> str | None:
    """Whether the day or the month comes first, where a number alone does not tell."""
    signs = re.findall(r"%-?([dmYy])", text)
    if not signs or signs[0] in "Yy":
        return None
    return "day" if signs[0] == "d" else "month"


def _origin(column: Column, column_map: ColumnMap) -> Iterator[tuple[str, str]]:
    if column.required and column_map.optional:
        yield "column-required-optional", "is required by the contract, and optional here"
    # A title must fit its pattern as well, and is public: nobody has to think of it again at every check.
    if column_map.keep is not None and column.pattern is None:
        yield "text-kept", f"kept scrubbed by decision of {column_map.decided_by}: {column_map.reason}"
    if column_map.path is not None and not column_map.path.startswith("$"):
        yield "path-form", f"path: found {column_map.path!r}, expected a JSONPath such as $.key"
    if column_map.pattern is not None:
        fault = _fault("SELECT regexp_full_match('', ?)", [column_map.pattern])
        if fault:
            yield "regex-invalid", f"pattern: found {column_map.pattern!r}: {fault}"


def _expression(column_map: ColumnMap) -> Iterator[tuple[str, str]]:
    if column_map.expression is None:
        return
    columns = ", ".join(f"CAST(NULL AS VARCHAR) AS {identifier(name)}" for name in column_map.uses)
    source = f" FROM (SELECT {columns})" if columns else ""
    fault = _fault(f"SELECT {column_map.expression}{source}", [])
    if fault is None:
        return
    unknown = re.search(r'column "?([^"]+)"? not found|Referenced column', fault, re.I)
    if unknown:
        yield "expression-uses", f"the expression reads a column that uses does not list: {fault}"
    else:
        yield "expression-invalid", f"expression: {fault}"


def _fault(statement: str, parameters: list[str]) -> str | None:
    """Why DuckDB refuses a statement; None when it runs."""
    with duckdb.connect(":memory:", config={"threads": 1, "enable_external_access": False}) as db:
        try:
            db.execute(statement, parameters).fetchall()
        except duckdb.Error as error:
            return " ".join(str(error).splitlines()[0].split())[:200]
    return None
