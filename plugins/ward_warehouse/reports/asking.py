"""Questions in SQL to the published warehouse, and their answers as files that other programs open."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ward_warehouse.core.errors import WardWarehouseError, unwritable
from ward_warehouse.reports.cells import SHEET_ROWS, new_workbook, rows_of, write_csv, write_row
from ward_warehouse.warehouse.published import open_published


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
        raise unwritable(file, error) from None
    try:
        writers[file.suffix](answer, file)
    except BaseException as error:
        # Half a file must not stand in the way of the next try.
        with suppress(OSError):
            file.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(file, error) from None
        raise


def _write_parquet(answer: pa.Table, file: Path) -> None:
    pq.write_table(answer, file)


def _write_csv(answer: pa.Table, file: Path) -> None:
    write_csv(file, answer.column_names, rows_of(answer))


def _write_workbook(answer: pa.Table, file: Path) -> None:
    with new_workbook(file) as book:
        sheet = book.add_worksheet("query")
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        head = book.add_format({"bold": True})
        for place, name in enumerate(answer.column_names):
            sheet.write_string(0, place, name, head)
        for line, row in enumerate(rows_of(answer), 1):
            write_row(sheet, line, row, instant)
