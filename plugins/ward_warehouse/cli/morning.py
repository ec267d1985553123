"""Command of six in the morning: is the night complete, what is missing, what to do, and who does it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.districts import nobody_in_force, wanted_districts
from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.steps import Night

if TYPE_CHECKING:
    from ward_warehouse.reports.morning.gather import Gatherer
    from ward_warehouse.reports.morning.model import Morning


@click.command()
@click.option("--night", type=DAY, help="Local date. Default: the newest night that is over.")
@click.option("--district", help="Only this district. Default: every one of which a ward was in force.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def morning(night: date | None, district: str | None, json_: bool) -> None:
    """Say whether the night is complete, what is missing, what to do, and who does it; write the page that says so.

    Ends with 0 when it is complete, 1 when it is not, 2 when it was not run. Of several districts the worst counts.
    """
    from ward_warehouse.reports.morning.gather import Gatherer
    from ward_warehouse.reports.morning.model import as_data
    from ward_warehouse.reports.morning.site import morning_folder, write_pages
    from ward_warehouse.reports.morning.terminal import morning_lines

    run = Night(load_settings())
    gatherer = Gatherer(run.settings, run.lake, run.registry)
    found = list(_mornings(gatherer, wanted_districts(run, district), night))
    if not found:
        raise nobody_in_force(night, district)
    try:
        write_pages(run.settings, found)
    except BuildError as error:
        click.echo(str(error), err=True)
    if json_:
        as_json([as_data(one) for one in found])
    else:
        for one in found:
            for line in morning_lines(one):
                console.print(line, soft_wrap=isinstance(line, str))
            console.print()
        console.print(f"pages: {morning_folder(run.settings) / 'index.html'}", soft_wrap=True)
    sys.exit(max(one.exit_code for one in found))


def _mornings(gatherer: Gatherer, districts: list[str], night: date | None) -> Iterator[Morning]:
    for district in districts:
        chosen = night or gatherer.expected_night(district)
        if chosen is None or not gatherer.is_expected(district, chosen):
            continue
        found = gatherer.morning(district, chosen)
        newest = gatherer.newest_night(district)
        if night is None and found.standing == "not_run" and newest is not None and newest < chosen:
            # What is newest is what a person looks for; that the night after it was not run is said before it.
            yield gatherer.morning(district, newest)
        yield found
