"""Commands about a night that is over and was loaded."""

from __future__ import annotations

from datetime import date

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import load_settings
from ward_warehouse.decisions.take_back import take_back as taking_back
from ward_warehouse.night.steps import Night


@click.group()
def night() -> None:
    """What a person does about a night that was loaded."""


@night.command("take-back")
@click.option("--night", "day", type=DAY, required=True, help="Local date of the night.")
@click.option("--ward", required=True, help="Ward key.")
@click.option(
    "--record-kind",
    "record_kinds",
    multiple=True,
    type=click.Choice([str(record_kind) for record_kind in RecordKind]),
    help="Record kind; may be given several times. Default: all that were loaded.",
)
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why; kept with the decision.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def take_back(day: date, ward: str, record_kinds: tuple[str, ...], by: str, reason: str, json_: bool) -> None:
    """Take a wrongly loaded night of a ward back: the next build is as if it had not been loaded."""
    run = Night(load_settings())
    run.registry.feeds(ward)
    found = taking_back(run.lake, [RecordKind(record_kind) for record_kind in record_kinds], ward, day, by, reason)
    if json_:
        as_json([outcome.model_dump(mode="json") for outcome in found])
        return
    for outcome in found:
        console.print(
            f"{outcome.ward} {outcome.record_kind} night {outcome.night} taken back", highlight=False, markup=False
        )
    console.print("run the night again, or leave it to the next one, which reads on from the night before; then build")
