"""The pages: what stands on each, handed to its template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from ward_warehouse.core.pages import number, templates_of
from ward_warehouse.night.verdict import Standing
from ward_warehouse.reports.morning.model import Mark, Morning, Said
from ward_warehouse.reports.morning.words import KINDS, MARKS, ROLES, STANDINGS, day, moment

REASONS_SHOWN = 60
"""Reasons on a page; of more a line says how many there are, and the command that lists them."""
BAR = 24

_TEMPLATES = templates_of(Path(__file__).resolve().parent / "templates")
_WORDS = {"standings": STANDINGS, "marks": MARKS, "kinds": KINDS, "roles": ROLES, "day": day, "number": number}


@dataclass(frozen=True)
class Line:
    """What the index says of a page; it is kept beside it."""

    district: str
    name: Said
    night: date
    standing: Standing
    expected: int
    arrived: int
    missing: int
    open: int
    waiting: int = 0
    """Open still of nights before; a page from before this was said has none."""


def line_of(morning: Morning) -> Line:
    """The index's line of a page."""
    return Line(
        morning.district, morning.name, morning.night, morning.standing, morning.expected, morning.arrived,
        len(morning.missing), morning.open_records, morning.waiting_records,
    )  # fmt: skip


def morning_page(
    morning: Morning, before: date | None = None, after: date | None = None, *, data_docs: bool = False
) -> str:
    """The page of a district's night.

    Args:
        morning: what is said of it.
        before: the night whose page is the one before this one; None when there is none.
        after: the same after it.
        data_docs: whether there are Data Docs to lead to.
    """
    shown: set[Mark] = {mark for strip in morning.strips for mark in strip.marks} - {"not_expected"}
    calm = [strip for strip in morning.strips if set(strip.marks) <= {"loaded", "not_run", "not_expected"}]
    return _TEMPLATES.get_template("morning.html").render(
        _WORDS,
        m=morning,
        moment=partial(_moment, time_zone=morning.time_zone),
        worst=max((strip.missing_in_a_row for strip in morning.strips), default=0),
        refused=morning.refused[:REASONS_SHOWN],
        bars=[_bar(morning, at) for at in range(len(morning.nights))],
        troubled=[strip for strip in morning.strips if strip not in calm],
        calm=calm,
        shown_marks=[name for name in MARKS if name in shown],
        before=before,
        after=after,
        data_docs=data_docs,
    )


def index_page(lines: Sequence[Line], *, data_docs: bool = False) -> str:
    """The page that leads to all others, by district, the newest night first."""
    ordered = sorted(lines, key=lambda one: (one.district, -one.night.toordinal()))
    districts = [list(found) for _, found in groupby(ordered, key=lambda one: one.district)]
    return _TEMPLATES.get_template("index.html").render(_WORDS, districts=districts, data_docs=data_docs)


def _moment(value: datetime, time_zone: str) -> Said:
    return moment(value, time_zone)


def _bar(morning: Morning, at: int) -> tuple[int, int | None]:
    """The height of a night's bar, and the units that arrived; None for a night that nobody ran."""
    marks = [strip.marks[at] for strip in morning.strips]
    expected = [mark for mark in marks if mark not in ("not_run", "not_expected")]
    if not expected:
        return 0, None
    arrived = sum(mark in ("loaded", "partly") for mark in expected)
    return round(BAR * arrived / len(expected)), arrived
