"""Command that says where each ward stands: expected, missing, late, held, what it brought, and how old it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from ward_warehouse.cli.dates import DAY
from ward_warehouse.cli.districts import nobody_in_force, wanted_districts
from ward_warehouse.cli.output import as_json, console
from ward_warehouse.core.settings import load_settings
from ward_warehouse.night.steps import Night

if TYPE_CHECKING:
    from ward_warehouse.reports.morning.gather import Gatherer
    from ward_warehouse.reports.morning.model import Morning

GOOD = ("loaded", "not_expected")
COUNTS = ("rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged")


@click.command()
@click.option("--night", type=DAY, help="Local date. Default: the newest night of each district.")
@click.option("--district", help="Only this district.")
@click.option("--problems", is_flag=True, help="Only what is missing, held, late, waiting, or does not add up.")
@click.option("--json", "json_", is_flag=True, help="Print JSON: one object for each ward and record kind.")
def status(night: date | None, district: str | None, problems: bool, json_: bool) -> None:
    """Where each ward and record kind stands: by district, with totals and age; and the newest alarms about votes.

    Ends with 0 when the night is complete, 1 when it is not, 2 when it was not run; of several districts the worst.
    """
    from ward_warehouse.reports.morning.gather import Gatherer

    run = Night(load_settings())
    districts = wanted_districts(run, district)
    gatherer = Gatherer(run.settings, run.lake, run.registry)
    newest = {(row["ward"], row["record_kind"]): row for row in run.status()}
    code, rows, looked_at = 0, list[dict[str, Any]](), 0
    for key in districts:
        chosen = night or gatherer.newest_night(key) or gatherer.expected_night(key)
        if chosen is None or not gatherer.is_expected(key, chosen):
            continue
        looked_at += 1
        found = gatherer.morning(key, chosen)
        expected = gatherer.expected_night(key) or chosen
        code = max(code, 2 if night is None and chosen < expected else found.exit_code)
        lines = [line for line in _lines(gatherer, found, newest) if not problems or _is_problem(line)]
        rows += lines
        if not json_:
            _print(found, (expected - chosen).days, lines, problems)
    if not looked_at:
        raise nobody_in_force(night, district)
    if json_:
        as_json(rows)
    else:
        for line in filter(None, [run.what_is_not_published(), *run.vote_alarms()]):
            console.print(line, style="yellow", soft_wrap=True)
    sys.exit(code)


def _lines(gatherer: Gatherer, found: Morning, newest: dict[tuple[str, str], Any]) -> Iterator[dict[str, Any]]:
    """A line for each ward and record kind: how it stands in the night, and its newest committed night."""
    marks = {strip.unit.key: strip.marks[-1] for strip in found.strips}
    names = {strip.unit.key: strip.unit.name for strip in found.strips}
    for (ward, record_kind), row in newest.items():
        if ward not in names:
            continue
        state = gatherer.state(found.district, found.night, ward, record_kind)
        said: str = state.state if state is not None else "not_run"
        if state is not None and said not in ("loaded", "partly") and (marks[ward] == "late" or not state.is_missing):
            said = "late" if state.is_missing else "not_expected"
        counts = {name: getattr(state, name) for name in COUNTS} if state is not None else dict.fromkeys(COUNTS)
        whole = row["night"] == found.night or state is None
        yield {
            "district": found.district, "ward": ward, "name": names[ward].en, "record_kind": record_kind,
            "state": said, **row, **({} if whole else counts), "error": state.error if state is not None else None,
        }  # fmt: skip


def _is_problem(line: dict[str, Any]) -> bool:
    return line["state"] not in GOOD or not line["adds_up"] or line["waiting"] is not None


def _print(found: Morning, age: int, lines: list[dict[str, Any]], problems: bool) -> None:
    held = sum(1 for strip in found.strips if strip.marks[-1] == "held")
    counts = found.counts
    console.print(
        f"{found.name.en} ({found.district}), night {found.night}"
        f"{f', {age} day(s) before the newest that is over' if age > 0 else ''}: expected {found.expected}, "
        f"arrived {found.arrived}, missing {len(found.missing)}, late {len(found.late)}, held {held}; "
        f"read {counts.read:,} = accepted {counts.accepted:,} + quarantined {counts.quarantined:,} + unchanged "
        f"{counts.unchanged:,}",
        style="bold green" if found.standing == "complete" else "bold yellow",
        soft_wrap=True,
    )
    if not lines:
        console.print("  no problem\n" if problems else "  no ward\n")
        return
    table = Table(header_style="bold", show_edge=False)
    for name in ("ward", "record kind", "state", "newest night"):
        table.add_column(name, overflow="fold")
    for name in ("read", "accepted", "quarantined", "unchanged"):
        table.add_column(name, justify="right")
    table.add_column("what is wrong", overflow="fold", ratio=1)
    for line in lines:
        numbers = ["-" if line[name] is None else f"{line[name]:,}" for name in COUNTS]
        wrong = [line["error"] or ""] if _is_problem(line) else []
        wrong += [] if line["adds_up"] else ["DOES NOT ADD UP: run the ward again"]
        wrong += [f"waiting: night {line['waiting']}"] if line["waiting"] else []
        table.add_row(
            f"{line['name']} ({line['ward']})", line["record_kind"], line["state"],
            str(line["night"] or "never loaded"), *numbers, "; ".join(filter(None, wrong)),
        )  # fmt: skip
    console.print(table)
    console.print()
