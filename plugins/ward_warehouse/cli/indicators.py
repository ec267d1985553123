"""The command that prints the dictionary of indicators."""

from __future__ import annotations

import click

from ward_warehouse.cli.output import as_text
from ward_warehouse.core.settings import load_settings
from ward_warehouse.reports.dictionary import read_dictionary


@click.command()
def indicators() -> None:
    """Print what every indicator means, counts and comes from, as Markdown."""
    as_text(read_dictionary(load_settings().published_file))
