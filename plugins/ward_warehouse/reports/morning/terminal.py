"""A district's morning in the terminal: the page in a few lines of English."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from ward_warehouse.core.shown import shown
from ward_warehouse.reports.morning.model import Morning, Unit
from ward_warehouse.reports.morning.words import KINDS, MARKS, ROLES, STANDINGS, moment

STYLES = {"complete": "bold green", "incomplete": "bold yellow", "not_run": "bold red"}
REASONS_SHOWN = 20
NAMED = 4


def morning_lines(morning: Morning) -> Iterator[RenderableType]:
    """What to print, one after another."""
    m = morning
    verdict = f"{m.name.en} ({m.district}), night {m.night}: {STANDINGS[m.standing].en}. {m.verdict.en}"
    yield Text(shown(verdict), STYLES[m.standing])
    counts = m.counts
    yield (
        f"read {counts.read:,} = accepted {counts.accepted:,} + refused {counts.quarantined:,} + unchanged "
        f"{counts.unchanged:,}{'' if counts.adds_up else '  DOES NOT ADD UP'}"
    )
    if m.to_do:
        yield _to_do(m)
    if m.refused:
        yield _refused(m)
    for held in m.held:
        yield f"held: {_named((held.unit,))} {held.record_kind} night {held.night}: {held.why.en}"
        if held.command:
            yield f"  if it is right: {held.command}"
    for strip in m.strips:
        if not set(strip.marks) <= {"loaded", "not_run", "not_expected"}:
            yield f"{''.join(MARKS[mark][0] for mark in strip.marks)}  {_named((strip.unit,))}"
    yield _warehouse(m)


def _to_do(m: Morning) -> Table:
    table = Table(title="to do", title_justify="left", header_style="bold", show_edge=False)
    for name in ("unit", "what", "what to do", "who"):
        table.add_column(name, overflow="fold")
    for one in m.to_do:
        what = "\n".join(filter(None, (one.what.en, one.detail)))
        do = "\n".join(filter(None, (one.do.en, one.command)))
        table.add_row(_named(one.units) or "the district", what, do, ROLES[one.who].en)
    return table


def _refused(m: Morning) -> Table:
    table = Table(title="refused", title_justify="left", header_style="bold", show_edge=False)
    for name in ("unit", "records of", "reason"):
        table.add_column(name, overflow="fold")
    table.add_column("records", justify="right")
    table.add_column("open", justify="right")
    table.add_column("example", overflow="fold")
    for one in m.refused[:REASONS_SHOWN]:
        place = one.place if one.row is None else f"{one.place} row {one.row}"
        table.add_row(
            _named((one.unit,)), KINDS[one.record_kind].en, one.reason.en, f"{one.records:,}", f"{one.open:,}", place
        )
    if len(m.refused) > REASONS_SHOWN:
        table.caption = f"and {len(m.refused) - REASONS_SHOWN} more reasons: ward-warehouse quarantine list"
    return table


def _warehouse(m: Morning) -> str:
    warehouse = m.warehouse
    if warehouse.published_at is None:
        said = "nothing is published yet"
    else:
        said = f"published at {moment(warehouse.published_at, m.time_zone).en}"
    if warehouse.builds:
        said += f", {warehouse.builds[0].passed} tests passed, {warehouse.builds[0].failed} failed"
    if warehouse.failed:
        said += f"; the last build failed: {warehouse.failed}"
    return f"warehouse: {said}{'; ' + warehouse.behind if warehouse.behind else ''}"


def _named(units: tuple[Unit, ...]) -> str:
    names = ", ".join(f"{unit.name.en} ({unit.key})" for unit in units[:NAMED])
    return names if len(units) <= NAMED else f"{names} and {len(units) - NAMED} more"
