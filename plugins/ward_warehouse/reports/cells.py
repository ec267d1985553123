"""Rows as files that a spreadsheet opens: in them a text of a ward is never a formula, a link or a control sign."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from ward_warehouse.core.shown import shown

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Signs with which a text becomes a formula in a spreadsheet that opens a CSV file."""

SHEET_ROWS = 1_048_575
"""Rows that a sheet holds below its heading: Excel's limit."""

_BLOCK = 10_000


def rows_of(table: pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows of a table as Python's values, a block at a time."""
    for batch in table.to_batches(max_chunksize=_BLOCK):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def write_csv(file: Path, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes a CSV file in UTF-8 with the byte order mark, by which Excel knows it; gives how many rows it has.

    Raises:
        OSError: the file cannot be written.
    """
    count = 0
    with file.open("w", encoding="utf-8", newline="") as handle:
        handle.write(codecs.BOM_UTF8.decode("utf-8"))
        writer = csv.writer(handle)
        writer.writerow(names)
        for row in rows:
            writer.writerow([_as_cell(value) for value in row])
            count += 1
    return count


def _as_cell(value: Any) -> Any:
    """Numbers and dates are written as they are, a text as one."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float | Decimal | date | datetime):
        return value
    text = shown(str(value))
    return f"'{text}" if text.startswith(FORMULA) else text


@contextmanager
def new_workbook(file: Path, day_format: str = "yyyy-mm-dd") -> Iterator[xlsxwriter.Workbook]:
    """A workbook whose texts stay texts, and which is written row by row: a row is not touched again after the next.

    Args:
        file: where it is written when it is closed.
        day_format: how its dates are shown.

    Raises:
        OSError: the file cannot be written.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
        # A division by zero is an error cell, as in a sheet.
        "nan_inf_to_errors": True,
        "default_date_format": day_format,
    }
    try:
        with xlsxwriter.Workbook(str(file), options) as book:
            yield book
    except FileCreateError as error:
        # The library hides why: a full disk has a number and a sentence.
        raise error.args[0] if isinstance(error.args[0], OSError) else OSError(str(error)) from None


def write_row(sheet: Any, line: int, row: Sequence[Any], instant: Any = None) -> None:
    """Writes a row of a sheet from its first column on, each value by its type.

    Args:
        sheet: of a `new_workbook`.
        line: from 0 on.
        row: values; None leaves a cell empty.
        instant: the format of times; that of dates without it.
    """
    for place, value in enumerate(row):
        if value is None:
            continue
        if isinstance(value, datetime):
            sheet.write_datetime(line, place, value, instant)
        elif isinstance(value, bool | int | float | Decimal | date):
            sheet.write(line, place, value)
        else:
            sheet.write_string(line, place, shown(str(value)))
