"""Commands of the demonstration districts: their ward systems up and down."""

from __future__ import annotations

import shlex
from datetime import date

import click

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import console
from ward_warehouse.core.settings import load_settings


@click.group()
def demo() -> None:
    """The demonstration districts: ward systems with generated records, on this machine."""


@demo.command()
@click.option(
    "--night", type=DAY, help="Put the ward systems in their state at the end of this night. Default: the last one."
)
@click.option("--foreground", is_flag=True, help="Stay with the HTTP ward systems until interrupted.")
def up(night: date | None, foreground: bool) -> None:
    """Prepare the ward systems and start the HTTP ones; prints how to reach them."""
    from ward_demo import systems

    home = load_settings().home.resolve()
    last = max(entry.night for entry in systems.NIGHTS)
    chosen = night or last
    with console.status("generating the records of the demonstration districts"):
        systems.prepare(home, chosen)
    if foreground:
        systems.serve(home)
        return
    systems.start(home)
    console.print(
        f"ward systems are up as of night {chosen}; their connections and key, for this shell:  "
        f". {shlex.quote(str(systems.activate_file(home)))}"
    )


@demo.command()
def down() -> None:
    """Stop the HTTP ward systems."""
    from ward_demo import systems

    systems.stop(load_settings().home.resolve())
    console.print("ward systems are down")
