"""The command that shows the locks of the lake, and ends them."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from rich.table import Table

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.output import as_json, console, fail
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import load_settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.locks import Lock, end_lock, find_locks
from ward_warehouse.registry import load_registry


@click.command()
@click.option("--ward", help="Only the locks of this ward.")
@click.option(
    "--record-kind",
    "record_kind",
    type=click.Choice([str(record_kind) for record_kind in RecordKind]),
    help="Only of this kind.",
)
@click.option("--night", type=DAY, help="Only of this night.")
@click.option("--end", is_flag=True, help="End those whose run is gone.")
@click.option("--even-at-work", is_flag=True, help="With --end: end all that are shown; first stop their runs.")
@click.option("--json", "json_", is_flag=True, help="Print JSON.")
def locks(
    ward: str | None, record_kind: str | None, night: date | None, end: bool, even_at_work: bool, json_: bool
) -> None:
    """Which runs are at work on which ward, record kind and night, and which locks were left behind.

    Whether a run on another machine is at work shows when its lock is renewed: that takes up to a minute.
    """
    settings = load_settings()
    lake = open_lake(settings)
    asked = {"ward": ward, "record_kind": record_kind, "night": night}
    with console.status("looking whether the locks of other machines are renewed"):
        all_locks = find_locks(lake)
    if ward is not None and all(lock.ward != ward for lock in all_locks):
        # A typing error must not look like a ward on which no run is at work.
        load_registry(settings).feeds(ward)
    found = [lock for lock in all_locks if all(value in (None, getattr(lock, name)) for name, value in asked.items())]
    ended = {lock.path for lock in found if end and (lock.is_left or even_at_work) and end_lock(lake, lock)}
    if json_:
        as_json([_row(lock, ended) for lock in found])
    else:
        _show([_row(lock, ended) for lock in found])
    if end and len(ended) < len(found):
        fail(
            f"{len(found) - len(ended)} of the locks were left alone: their runs are at work. A lock ends with its "
            "run; stop the run, or give --even-at-work when it is known to be gone"
        )


def _row(lock: Lock, ended: set[str]) -> dict[str, Any]:
    state = "ended" if lock.path in ended else "left behind" if lock.is_left else "at work"
    return {
        "ward": lock.ward,
        "record_kind": str(lock.record_kind),
        "night": lock.night,
        "state": state,
        "process": lock.holder.process,
        "host": lock.holder.host,
        "task": f"{lock.holder.task} {lock.holder.attempt}".strip("0 "),
        "run": lock.holder.run,
        "renewed": lock.look.renewed,
        "since": lock.holder.since,
    }


def _show(rows: list[dict[str, Any]]) -> None:
    if not rows:
        console.print("no locks: no run is at work")
        return
    table = Table(header_style="bold")
    for name in ("ward", "record_kind", "night", "state", "process", "host", "task", "renewed (UTC)", "since (UTC)"):
        table.add_column(name, no_wrap=True)
    for row in rows:
        shown = [str(value) for name, value in row.items() if name not in ("run", "renewed", "since")]
        table.add_row(*shown, f"{row['renewed']:%Y-%m-%d %H:%M:%S}", f"{row['since']:%Y-%m-%d %H:%M}")
    console.print(table)
