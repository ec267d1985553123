"""Command for retention and compaction."""

from __future__ import annotations

import click

from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.steps import Night


@click.command()
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def maintenance(json_: bool) -> None:
    """Delete what the policy keeps no longer, and join the small files of old nights; safe to stop and run again."""
    run = Night(load_settings())
    with console.status("maintaining the lake"):
        outcome = run.maintain()
    if json_:
        as_json(outcome.model_dump(mode="json"))
    else:
        console.print("; ".join(outcome.warnings))
