"""The command that asks the published warehouse in SQL."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.table import Table

from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.reports.asking import ask, write_answer


@click.command()
@click.argument("statement", required=False)
@click.option("--file", "script", type=click.Path(path_type=Path), help="Read the statement from this file.")
@click.option("--out", type=click.Path(path_type=Path), help="Write the answer to this .csv, .xlsx or .parquet file.")
@click.option("--most", type=click.IntRange(1), default=100, show_default=True, help="Rows to print.")
@click.option("--json", "json_", is_flag=True, help="Print JSON: every row.")
def query(statement: str | None, script: Path | None, out: Path | None, most: int, json_: bool) -> None:
    """Ask the published warehouse one question in SQL; without a statement it is read from the input.

    Read-only: nothing is written but the file of --out. Begin with the schema `analyst`:

        ward-warehouse query "from analyst.latest where indicator_code = 'on_time_of_resolved'"
    """
    answer = ask(load_settings().published_file, _statement(statement, script))
    if out is not None:
        write_answer(answer, out)
        console.print(f"written: {out}, {answer.num_rows:,} rows", soft_wrap=True)
        return
    if json_:
        as_json(answer.to_pylist())
        return
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
        except (OSError, UnicodeDecodeError) as error:
            raise WardWarehouseError(f"query: {script}: {error}") from None
    return statement if statement is not None else sys.stdin.read()
