"""The command of the periodic report: in the terminal, or as documents."""

from __future__ import annotations

from datetime import date
from typing import Any, NoReturn

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.scorecard import COLUMNS, read_indicators, scorecard_table


@click.command()
@click.argument("district")
@click.option(
    "--period", help="2018-11, 2018-Q4, 2018-H1, 2018-9M (nine months) or 2018; a period of its grain is the default."
)
@click.option("--ward", help="A ward key: the report of that ward. Default: the district.")
@click.option("--format", "formats", help="Documents to write, with commas between: html, pdf, docx, xlsx.")
@click.option(
    "--grain",
    type=click.Choice(["month", "quarter", "half_year", "year"]),
    help="Without --period: of the newest period, or of that of --on; default: year.",
)
@click.option("--on", "day", type=DAY, help="A day of the period; default: the newest period.")
@click.option("--json", "json_", is_flag=True, help="Print JSON: all indicators.")
def report(
    district: str, period: str | None, ward: str | None, formats: str | None, grain: str | None, day: date | None,
    json_: bool,
) -> None:  # fmt: skip
    """The report of a district and period: a table in the terminal, or documents with --format."""
    settings = load_settings()
    if period and (grain or day):
        other = "--grain" if grain else "--on"
        raise WardWarehouseError(f"report: found --period {period} and {other}, expected one of them")
    if formats:
        if period is None:
            raise WardWarehouseError("report: --format needs --period, such as --period 2018-11")
        from ward_warehouse.reports.periodic.files import write_report
        from ward_warehouse.reports.periodic.reading import read_report

        with console.status("writing the report"):
            found = read_report(settings.published_file, district, ward, parse_period(period), settings.office)
            written = write_report(settings, found, [name.strip() for name in formats.split(",")])
        for file in written:
            console.print(f"written: {file}", soft_wrap=True)
        return
    wanted = parse_period(period) if period else None
    if wanted:
        grain, day = wanted.grain, wanted.end
    codes = None if json_ else [code for code, _ in COLUMNS]
    rows = read_indicators(settings.published_file, district, grain or "year", day, codes)
    # Of the years to date, one ends with each month.
    rows = [row for row in rows if wanted is None or row["period_end"] == wanted.end]
    if ward is not None:
        rows = [row for row in rows if row["ward_key"] == ward] or _refuse_ward(rows, ward)
    if json_:
        as_json(rows)
    else:
        console.print(scorecard_table(rows))


def _refuse_ward(rows: list[dict[str, Any]], ward: str) -> NoReturn:
    known = sorted({row["ward_key"] for row in rows if row["ward_key"]})
    raise WardWarehouseError(f"report: found ward {ward!r}, expected one of {', '.join(known)}")
