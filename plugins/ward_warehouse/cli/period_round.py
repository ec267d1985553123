"""A period of a whole district on the terminal: everything at once, one question, then each unit's own decision."""

from __future__ import annotations

import click
from rich.table import Table

from ward_warehouse.cli.output import as_json, console, fail
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.decisions.period_desk import PeriodDesk
from ward_warehouse.decisions.period_round import Change, Round, UnitLook, decide, look
from ward_warehouse.lake.period_log import Period, PeriodDecision, Unit
from ward_warehouse.registry import Registry
from ward_warehouse.reports.scorecard import COLUMNS, cell

DONE: dict[Round, str] = {"review": "reviewed", "close": "closed"}


def play_round(desk: PeriodDesk, district: str, period: Period, step: Round, *, yes: bool, json_: bool) -> None:
    """Shows the round, asks, decides; ends with code 1 when a unit's decision was refused, or nothing is asked for.

    Raises:
        WardWarehouseError: the district has no ward in the period, or JSON is wanted and nobody is there to ask.
    """
    if json_ and not yes:
        raise WardWarehouseError("--json: found no --yes, expected it: a script is asked nothing")
    looks = look(desk, district, period)
    waiting = [one for one in looks if one.waits_for(step)]
    if not json_:
        _show(looks, desk.registry, period)
    if not waiting:
        _nothing_waits(looks, district, period, step)
        return
    if not yes:
        units = f"{len(waiting)} of {len(looks)} units of district {district}"
        click.confirm(f"{step.capitalize()} {period.name} of {units} in the name of {desk.by}?", abort=True)
    results = list(decide(desk, looks, period, step))
    decisions = [one for one in results if isinstance(one, PeriodDecision)]
    if json_:
        as_json([one.model_dump(mode="json", exclude={"figures_hash"}) for one in decisions])
    else:
        console.print(f"{period.name}: {len(decisions)} of {len(waiting)} units {DONE[step]} by {desk.by}")
    refused = [one.refused for one in looks if one.refused]
    errors = [str(one) for one in results if isinstance(one, WardWarehouseError)]
    if refused or errors:
        fail("\n".join([*refused, *errors]))


def _nothing_waits(looks: list[UnitLook], district: str, period: Period, step: Round) -> None:
    refused = [one.refused for one in looks if one.refused]
    if refused:
        fail("\n".join(dict.fromkeys(refused)))
    console.print(f"{period.name} of district {district}: every unit is {DONE[step]} already; nothing is left to do")


def _show(looks: list[UnitLook], registry: Registry, period: Period) -> None:
    table = Table(title=f"{period.name}, {period.start} to {period.end}", title_justify="left", header_style="bold")
    table.add_column("unit", max_width=24)
    for name in ("state", *(heading for _, heading in COLUMNS), "changed", "not reported"):
        table.add_column(name, justify="left" if name == "state" else "right", no_wrap=name in ("state", "changed"))
    for one in looks:
        if one.unit.ward is None:
            table.add_section()
        changed = "first look" if one.changes is None else str(len(one.changes) or "-")
        cells = (cell(one.figures.get(code)) for code, _ in COLUMNS)
        table.add_row(
            _name(one.unit, registry), one.state, *cells, changed, str(len(one.not_reported) or "-"),
            style="bold" if one.unit.ward is None else None,
        )  # fmt: skip
    console.print(table)
    for one in looks:
        if one.refused:
            console.print(f"{_name(one.unit, registry)}: {one.refused}", style="red")
        for change in one.changes or ():
            console.print(f"changed: {_name(one.unit, registry)}: {_said(change)}", style="yellow")
    _show_not_reported(looks, registry)


def _show_not_reported(looks: list[UnitLook], registry: Registry) -> None:
    """Units that lack the same are one line."""
    lacking: dict[tuple[str, ...], list[str]] = {}
    for one in looks:
        if one.not_reported and one.unit.ward is not None:
            lacking.setdefault(tuple(one.not_reported), []).append(_name(one.unit, registry))
    for codes, units in lacking.items():
        console.print(f"not reported by {', '.join(units)}: {', '.join(codes)}", style="yellow")


def _said(change: Change) -> str:
    before, after = (cell(row) or "-" if row else "none" for row in (change.before, change.after))
    parts = [
        f"{row['numerator']} of {row['denominator']}" if row and row["denominator"] is not None else ""
        for row in (change.before, change.after)
    ]
    detail = f" ({parts[0] or '-'} -> {parts[1] or '-'})" if any(parts) else ""
    return f"{change.indicator} {before} -> {after}{detail}"


def _name(unit: Unit, registry: Registry) -> str:
    return "the district" if unit.ward is None else registry.wards[unit.ward].name.en
