"""Questions in SQL to the published warehouse, and their answers as files that other programs open."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.shown import shown
from ward_warehouse.warehouse.published import open_published

SHEET_ROWS = 1_048_575
"""Rows that a sheet holds below its heading: Excel's limit."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Signs with which a text becomes a formula in a spreadsheet that opens a CSV file."""


def ask(published: Path, statement: str) -> pa.Table:
    """The answer to one statement that only reads.

    The warehouse is open read-only, and nothing outside it can be reached: no file, no other database, no network. What
    analysts may see of single answers is what is in the warehouse; nothing is hidden from this command.

    Args:
        published: the published file.
        statement: one SQL statement in DuckDB's dialect.

    Raises:
        WardWarehouseError: the statement is none, more than one, or is refused; DuckDB's reason and place are named.
        BuildError: nothing is published yet.
    """
    with open_published(published) as db:
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        try:
            statements = duckdb.extract_statements(statement)
            if len(statements) != 1:
                raise WardWarehouseError(f"query: found {len(statements)} statements, expected one")
            found = db.execute(statements[0])
            return found.to_arrow_table()
        except duckdb.Error as error:
            raise WardWarehouseError(f"query: {' '.join(str(error).split())[:500]}") from None


def write_answer(answer: pa.Table, file: Path) -> None:
    """Writes an answer as CSV, XLSX or Parquet, by the file's suffix; a file that is there is not replaced.

    Raises:
        WardWarehouseError: the suffix is another, the file is there, cannot be written, or has too many rows.
    """
    writers = {".csv": _write_csv, ".xlsx": _write_workbook, ".parquet": _write_parquet}
    if file.suffix not in writers:
        raise WardWarehouseError(f"query: found {file.name}, expected a name that ends in {', '.join(writers)}")
    if file.suffix == ".xlsx" and answer.num_rows > SHEET_ROWS:
        raise WardWarehouseError(f"query: {answer.num_rows:,} rows, and a sheet holds {SHEET_ROWS:,}; write .parquet")
    try:
        file.open("xb").close()
    except FileExistsError:
        raise WardWarehouseError(f"query: {file} is there already; name another file") from None
    except OSError as error:
        raise WardWarehouseError(f"query: {file}: {error.strerror or error}") from None
    try:
        writers[file.suffix](answer, file)
    except BaseException as error:
        # Half a file must not stand in the way of the next try.
        with suppress(OSError):
            file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise WardWarehouseError(f"query: {file}: {error.strerror or error}") from None
        raise


def _write_parquet(answer: pa.Table, file: Path) -> None:
    pq.write_table(answer, file)


def _write_csv(answer: pa.Table, file: Path) -> None:
    # The byte order mark is how Excel knows UTF-8.
    with file.open("w", encoding="utf-8", newline="") as handle:
        handle.write(codecs.BOM_UTF8.decode("utf-8"))
        _write_rows(answer, handle)


def _write_rows(answer: pa.Table, handle: TextIO) -> None:
    writer = csv.writer(handle)
    writer.writerow(answer.column_names)
    for batch in answer.to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            writer.writerow([_as_text(value) for value in row])


def _as_text(value: Any) -> Any:
    """A text of wards is no formula; everything else is written as it is."""
    if not isinstance(value, str):
        return value
    text = shown(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _write_workbook(answer: pa.Table, file: Path) -> None:
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
        # A division by zero is an error cell, as in a sheet.
        "nan_inf_to_errors": True,
        "default_date_format": "yyyy-mm-dd",
    }
    with xlsxwriter.Workbook(str(file), options) as book:
        sheet = book.add_worksheet("query")
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        head = book.add_format({"bold": True})
        for place, name in enumerate(answer.column_names):
            sheet.write_string(0, place, name, head)
        line = 0
        for batch in answer.to_batches(max_chunksize=10_000):
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                line += 1
                _write_row(sheet, line, row, instant)


def _write_row(sheet: Any, line: int, row: Sequence[Any], instant: Any) -> None:
    for place, value in enumerate(row):
        if value is None:
            continue
        if isinstance(value, datetime):
            sheet.write_datetime(line, place, value, instant)
        elif isinstance(value, bool | int | float | Decimal) or hasattr(value, "isoformat"):
            sheet.write(line, place, value)
        else:
            sheet.write_string(line, place, shown(str(value)))
