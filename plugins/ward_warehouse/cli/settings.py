"""The command that prints the settings."""

from __future__ import annotations

import click

from ward_warehouse.reports.reference import settings_page


@click.command()
def settings() -> None:
    """Print every setting, what it does and its default, as Markdown."""
    click.echo(settings_page(), nl=False)
