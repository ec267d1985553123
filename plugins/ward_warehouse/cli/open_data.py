"""The command that writes what may leave the district."""

from __future__ import annotations

import click

from ward_warehouse.cli.output import console
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.period_log import parse_period


@click.command("open-data")
@click.argument("district")
@click.option("--period", required=True, help="2018, 2018-Q4, 2018-11 ...: every period within it leaves.")
@click.option("--provisional", is_flag=True, help="Also periods that are over and not closed yet.")
def open_data(district: str, period: str, provisional: bool) -> None:
    """Write a district's figures after suppression as open data: CSV, Parquet, data package, README."""
    from ward_warehouse.reports.open_data import export_open_data

    with console.status("writing the open data"):
        folder = export_open_data(load_settings(), district, parse_period(period), provisional=provisional)
    console.print(f"written: {folder}", soft_wrap=True)
