"""The command that asks the published warehouse in SQL."""

from __future__ import annotations

import sys
from pathlib import Path

import click
import pyarrow as pa
from rich.table import Table

from ward_warehouse.cli.output import as_json, console
from ward_warehouse.cli.query_names import complete_statement, typed_statements
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.reports.asking import ask, write_answer


@click.command()
@click.argument("statement", required=False, shell_complete=complete_statement)
@click.option("--file", "script", type=click.Path(path_type=Path), help="Read the statement from this file.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the answer to this .csv, .xlsx or .parquet file.")
@click.option("--most", type=click.IntRange(1), default=100, show_default=True, help="Rows to print.")
@click.option("--json", "json_", is_flag=True, help="Print JSON: every row.")
def query(statement: str | None, script: Path | None, out: Path | None, most: int, json_: bool) -> None:
    """Ask the published warehouse one question in SQL; without a statement it is read from the input.

    At a terminal without a statement it asks for one after another, each up to its semicolon; Tab completes the names
    of tables and columns, and Ctrl-D ends it.

    Read-only: nothing is written but the file of --out. Begin with the schema `analyst`:

        ward-warehouse query "from analyst.latest where indicator_code = 'on_time_of_resolved'"
    """
    published = load_settings().published_file
    if statement is None and script is None and out is None and not json_ and sys.stdin.isatty():
        _converse(published, most)
        return
    answer = ask(published, _statement(statement, script))
    if out is not None:
        write_answer(answer, out)
        console.print(f"written: {out}, {answer.num_rows:,} rows", soft_wrap=True)
    elif json_:
        as_json(answer.to_pylist())
    else:
        _show(answer, most)


def _converse(published: Path, most: int) -> None:
    for statement in typed_statements(published):
        try:
            _show(ask(published, statement), most)
        except WardWarehouseError as error:
            console.print(str(error), style="red", soft_wrap=True)


def _show(answer: pa.Table, most: int) -> None:
    table = Table(header_style="bold")
    for field in answer.schema:
        table.add_column(field.name)
    for row in answer.slice(0, most).to_pylist():
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console.print(table)
    if answer.num_rows > most:
        console.print(f"{most:,} of {answer.num_rows:,} rows; --most or --out shows more")


def _statement(statement: str | None, script: Path | None) -> str:
    if (statement is None) == (script is None) and statement is not None:
        raise WardWarehouseError("query: found a statement and --file, expected one of them")
    if script is not None:
        try:
            return script.read_text(encoding="utf-8")
        except OSError as error:
            raise WardWarehouseError(f"query: {script}: {error.strerror}; name a file with one statement") from None
        except UnicodeDecodeError:
            raise WardWarehouseError(f"query: {script} is no text in UTF-8; save it as one") from None
    return statement if statement is not None else sys.stdin.read()
