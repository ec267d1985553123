"""The command that compares wards with their sources."""

from __future__ import annotations

import click
from rich.table import Table

from ward_warehouse.cli.output import as_json, console, fail
from ward_warehouse.cli.renamed import renamed
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.deletions import Reconciliation
from ward_warehouse.lake.key_marks import known_key
from ward_warehouse.night.steps import Night


@click.command()
@click.option("--ward", "chosen", multiple=True, help="Ward key; may be given several times. Default: all wards.")
@click.option(
    "--record-kind",
    "record_kinds",
    multiple=True,
    type=click.Choice([str(record_kind) for record_kind in RecordKind]),
    help="Default: all.",
)
@renamed("--kind", "--record-kind")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def reconcile(chosen: tuple[str, ...], record_kinds: tuple[str, ...], json_: bool) -> None:
    """Compare keys and counts with the sources; mark what vanished there as deleted, and what came back as present."""
    run = Night(load_settings())
    known_key(run.settings, run.lake)
    asked = [RecordKind(record_kind) for record_kind in record_kinds] or list(RecordKind)
    # A ward that is named is compared whatever its software; of all wards, those whose source can be compared.
    wards = list(chosen) or [
        ward
        for ward in run.registry.wards
        if any(d.system.transport != "files" for d in run.registry.feeds(ward, asked))
    ]
    run_id = outcomes.new_id()
    found: list[Reconciliation] = []
    notes: list[str] = []
    errors: list[str] = []
    for ward in wards:
        with console.status(f"comparing {ward}"):
            for outcome, compared in run.reconcile_ward(ward, asked, run_id, from_environment):
                notes += [f"note: {ward} {outcome.record_kind}: {note}" for note in outcome.warnings]
                errors += [outcome.error] if outcome.error else []
                found += [compared] if compared else []
    if json_:
        as_json([one.model_dump(mode="json", exclude={"path", "batch_id"}) for one in found])
    else:
        _show(found, notes)
    if errors:
        fail("\n".join(errors))


def _show(found: list[Reconciliation], notes: list[str]) -> None:
    table = Table(header_style="bold")
    for name in (
        "ward",
        "record kind",
        "night",
        "at the source",
        "in the lake",
        "vanished",
        "came back",
        "never loaded",
    ):
        table.add_column(name, overflow="fold")
    for one in found:
        counts = (one.keys_in_source, one.keys_in_lake, one.rows_deleted, one.rows_returned, one.rows_unknown)
        table.add_row(one.ward, str(one.record_kind), str(one.night), *(f"{count:,}" for count in counts))
    console.print(table)
    for note in notes:
        console.print(note, style="yellow")
