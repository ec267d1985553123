"""The command of the dashboard: a district's year as pages that need no server."""

from __future__ import annotations

import click

from ward_warehouse.cli.output import console
from ward_warehouse.core.settings import load_settings


@click.command()
@click.argument("district")
@click.option("--year", type=int, help="Default: the newest year that has figures.")
def dashboard(district: str, year: int | None) -> None:
    """A district's year as pages: of the district, each ward and each indicator, to be opened from any folder."""
    from ward_warehouse.reports.dashboard.site import write_dashboard

    with console.status("writing the dashboard"):
        page, pages, size = write_dashboard(load_settings(), district, year)
    console.print(f"written: {page} ({pages} pages, {size / 2**20:.1f} MB)", soft_wrap=True)
