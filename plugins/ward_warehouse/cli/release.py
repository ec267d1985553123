"""Command that releases a batch which a guard holds back."""

from __future__ import annotations

from datetime import date

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import as_json, console, fail
from ward_warehouse.cli.renamed import renamed
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.steps import Night


@click.command()
@click.option("--night", type=DAY, required=True, help="Local date of the night.")
@click.option("--ward", required=True, help="Ward key.")
@click.option(
    "--record-kind",
    "record_kind",
    required=True,
    type=click.Choice([str(record_kind) for record_kind in RecordKind]),
    help="Record kind.",
)
@renamed("--dataset", "--record-kind")
@click.option("--by", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why; kept with the decision.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def release(night: date, ward: str, record_kind: str, by: str, reason: str, json_: bool) -> None:
    """Let in a batch that a guard holds back: it is judged record by record and committed."""
    found = Night(load_settings()).release(ward, RecordKind(record_kind), night, by, reason)
    if json_:
        as_json([outcome.model_dump(mode="json") for outcome in found])
    for outcome in [] if json_ else found:
        console.print(f"{outcome.ward} {outcome.record_kind} {outcome.step} {outcome.status}")
    errors = [outcome.error for outcome in found if outcome.error]
    if errors:
        fail("\n".join(errors))
