"""The verdict: what a night is worth, ward by ward, and whether the night itself failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.night.plan import Plan
from ward_warehouse.registry import Registry

State = Literal["loaded", "partly", "held", "postponed", "failed", "missing"]
GOOD: tuple[State, ...] = ("loaded", "partly")


@dataclass(frozen=True)
class WardState:
    """What a night brought of one record kind of one ward; counts are None when nothing was committed."""

    ward: str
    record_kind: RecordKind
    state: State
    rows_read: int | None = None
    rows_accepted: int | None = None
    rows_quarantined: int | None = None
    rows_unchanged: int | None = None
    error: str | None = None
    new_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The verdict on a night: each ward's state, the sentence for the engineer, and whether the night failed.

    Attributes:
        behind: a line when the published warehouse lacks what earlier nights committed.
    """

    states: list[WardState]
    failed: bool
    message: str
    behind: str | None = None

    @property
    def missing_wards(self) -> list[str]:
        """Wards of which something did not arrive."""
        return list(dict.fromkeys(s.ward for s in self.states if s.state not in GOOD))


def judge_night(plan: Plan, registry: Registry, found: list[Outcome], failed_wards_limit: float) -> Verdict:
    """Judges a run by its outcomes; the last outcome of a step counts (a retry that succeeded is a success).

    A ward that failed does not fail the night: the others are loaded and it catches up by itself. The night fails when
    more than `failed_wards_limit` of its wards brought nothing, which is no longer a ward's trouble but the district's.
    """
    last: dict[tuple[str | None, RecordKind | None, str], Outcome] = {(o.ward, o.record_kind, o.step): o for o in found}
    states = [
        _state(ward, feed.record_kind, last) for ward in plan.wards for feed in registry.feeds(ward, plan.record_kinds)
    ]
    bad = list(dict.fromkeys(s.ward for s in states if s.state not in GOOD))
    failed = len(bad) > failed_wards_limit * len(plan.wards)
    return Verdict(states, failed, _message(plan, states, bad, failed))


def _state(
    ward: str, record_kind: RecordKind, last: dict[tuple[str | None, RecordKind | None, str], Outcome]
) -> WardState:
    extracted, judged = last.get((ward, record_kind, "extract")), last.get((ward, record_kind, "validate"))
    if extracted is None:
        return WardState(ward, record_kind, "missing", error="its task did not run to the end; see the task's log")
    if extracted.status != "succeeded":
        return WardState(ward, record_kind, extracted.status, error=extracted.error)
    if judged is not None and judged.status == "held":
        return WardState(ward, record_kind, "held", extracted.rows_read, error=judged.error)
    if judged is None or judged.status != "succeeded":
        return WardState(
            ward, record_kind, "failed", extracted.rows_read, error=judged.error if judged else "not judged"
        )
    return WardState(
        ward,
        record_kind,
        "partly" if extracted.error else "loaded",
        judged.rows_read,
        judged.rows_accepted,
        judged.rows_quarantined,
        judged.rows_unchanged,
        extracted.error,
        extracted.new_columns,
        (*extracted.warnings, *judged.warnings),
    )


def _message(plan: Plan, states: list[WardState], bad: list[str], failed: bool) -> str:
    accepted = sum(s.rows_accepted or 0 for s in states)
    quarantined = sum(s.rows_quarantined or 0 for s in states)
    lines = [
        f"night {plan.request.night}: {len(plan.wards) - len(bad)} of {len(plan.wards)} wards loaded; "
        f"{accepted} records accepted, {quarantined} quarantined"
    ]
    lines += [f"- {s.ward} {s.record_kind} {s.state}: {s.error}" for s in states if s.error]
    lines += [f"- {s.ward} {s.record_kind} warning: {warning}" for s in states for warning in s.warnings]
    lines += [
        f"- {s.ward} {s.record_kind}: new columns {', '.join(s.new_columns)} are kept in extras; map or ignore them"
        for s in states
        if s.new_columns
    ]
    lines += [f"- registry: {problem}" for problem in plan.problems]
    if failed:
        lines.append(
            "The night failed: too many wards are missing. Look for a common cause (network, share, key) first."
        )
    elif bad:
        lines.append(
            "The night counts: the figures of the wards above stay as of their last night and are marked; each ward "
            "catches up by itself on its first night back."
        )
    return "\n".join(lines)
