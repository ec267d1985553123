"""Command that answers what is stored of one person, without storing who it is."""

from __future__ import annotations

import sys
import unicodedata

import click

from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.contracts import hashed_columns
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.key_marks import known_keys
from ward_warehouse.mapping.privacy import pseudonym


@click.command()
@click.option("--value", help="Asked for when left out, or read from the input, so that no shell keeps it.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def pseudonyms(value: str | None, json_: bool) -> None:
    """Show the keyed hashes of a value, for each key and column, to look up what is stored of a person who asks."""
    if value is None:
        # Without a terminal nobody sees what is typed, and nothing can be hidden.
        value = click.prompt("Value", hide_input=True) if sys.stdin.isatty() else sys.stdin.readline()
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        raise WardWarehouseError("pseudonyms: found an empty value, expected one such as the number of a paper")
    settings = load_settings()
    found = [
        {
            "column": column or "any, before hashes were separated by column",
            "hash": pseudonym(text, key, key_id, column),
        }
        for key_id, key in known_keys(settings, open_lake(settings)).items()
        for column in (*hashed_columns(), None)
    ]
    if json_:
        as_json(found)
        return
    for one in found:
        console.print(f"{one['hash']}  {one['column']}")
