"""Dates of workbooks that a spreadsheet program has changed: half of a column, or counted from another year.

A program of another country takes 03/04/2024 for the fourth of March and makes a date of it, and leaves 18/03/2024 as
text: a column with both may have days and months exchanged in the former, and nothing in the cell tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.registry import RecordKindMap
from ward_warehouse.registry.times import EXCEL_SERIAL

DATE_CELL = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
TYPED_DATE = r"^\s*\d{1,2}[/.\-]\d{1,2}[/.\-]\d{4}"
SERIAL = re.compile(r"\d{1,5}(\.\d+)?")
DAYS_FROM_1900_TO_1904 = 1462


def mixed(tables: list[pa.Table], mapping: RecordKindMap) -> Iterator[str]:
    """One line for each column of dates that has date cells and typed dates."""
    for name in _date_columns(mapping, with_serials=False):
        columns = [table[name] for table in tables if name in table.column_names]
        cells, typed = (sum(map(_matching(form), columns)) for form in (DATE_CELL, TYPED_DATE))
        if cells and typed:
            yield (
                f"column {name} has {cells} date cells and {typed} dates typed as text: the program may have exchanged "
                "day and month in the date cells; ask the ward to compare them with its records"
            )


def _matching(form: str) -> Callable[[pa.ChunkedArray], int]:
    return lambda column: pc.sum(pc.match_substring_regex(column, form)).as_py() or 0


def counted_from_1904(table: pa.Table, mapping: RecordKindMap) -> pa.Table:
    """The table with the day numbers of its dates counted from 1899-12-30, as everywhere else."""
    for name in _date_columns(mapping, with_serials=True):
        if name in table.column_names:
            shifted = pa.array([_shifted(text) for text in table[name].to_pylist()], pa.string())
            table = table.set_column(table.column_names.index(name), name, shifted)
    return table


def _shifted(text: str) -> str:
    if not SERIAL.fullmatch(text):
        return text
    days, point, part = text.partition(".")
    return f"{int(days) + DAYS_FROM_1900_TO_1904}{point}{part}"


def _date_columns(mapping: RecordKindMap, *, with_serials: bool) -> list[str]:
    """Source columns that are read by date formats, or by the day numbers of a spreadsheet."""
    maps = [(m.from_, m.formats) for m in mapping.columns.values() if m.from_ is not None]
    if mapping.cursor and mapping.cursor.format:
        maps.append((mapping.cursor.column, mapping.cursor.format))
    wanted = (name for name, formats in maps if (EXCEL_SERIAL in formats if with_serials else formats))
    return list(dict.fromkeys(wanted))
