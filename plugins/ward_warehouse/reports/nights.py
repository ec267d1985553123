"""The ward-by-ward table of a night."""

from __future__ import annotations

from collections import defaultdict

from rich.table import Table
from rich.text import Text

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.store import Lake, Manifest, manifest_path
from ward_warehouse.night.counting import GOOD
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.verdict import Verdict, WardState
from ward_warehouse.registry import Registry

STYLES = {"loaded": "green", "partly": "yellow", "held": "red", "failed": "red", "missing": "red"}


def night_table(plan: Plan, verdict: Verdict, registry: Registry, lake: Lake) -> Table:
    """One line a ward: records read, accepted, quarantined with reasons, unchanged, and what is missing.

    The records of all record kinds of a ward are added up; a ward of which one kind is missing says which.
    """
    table = Table(title=f"Night {plan.request.night}", title_justify="left", header_style="bold")
    for name in ("ward", "software", "state"):
        table.add_column(name, no_wrap=True)
    for name in ("read", "accepted", "quarantined", "unchanged"):
        table.add_column(name, justify="right")
    table.add_column("reasons, or what is missing", overflow="fold")
    per_ward: dict[str, list[WardState]] = defaultdict(list)
    for state in verdict.states:
        per_ward[state.ward].append(state)
    for ward, states in per_ward.items():
        reasons = _reasons(plan, lake, ward, [s.record_kind for s in states if s.state in GOOD])
        missing = [f"{s.record_kind} {s.state}: {s.error}" for s in states if s.error]
        worst = next((s.state for s in states if s.state not in GOOD), states[0].state)
        table.add_row(
            ward,
            registry.wards[ward].system,
            Text(worst, STYLES[worst]),
            *(_sum(states, name) for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged")),
            "; ".join([*reasons, *missing]),
        )
    totals = (_sum(verdict.states, f"rows_{name}") for name in ("read", "accepted", "quarantined", "unchanged"))
    table.add_section()
    table.add_row("all wards", "", "", *totals, "", style="bold")
    return table


def _reasons(plan: Plan, lake: Lake, ward: str, record_kinds: list[RecordKind]) -> list[str]:
    counts: dict[str, int] = defaultdict(int)
    for record_kind in record_kinds:
        manifest = lake.read_record(manifest_path(record_kind, ward, plan.request.night), Manifest)
        for result in manifest.rules if manifest else []:
            if result.severity == "error" and result.rows_broken:
                counts[result.rule] += result.rows_broken
    return [f"{count} {rule}" for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]


def _sum(states: list[WardState], name: str) -> str:
    known = [value for state in states if (value := getattr(state, name)) is not None]
    return f"{sum(known):,}" if known else "-"
