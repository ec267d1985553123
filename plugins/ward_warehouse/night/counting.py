"""How a night stands by its outcomes: the one derivation for the verdict, the morning page and the status pages.

All three ask which outcomes count, what each record kind of a ward came to, and what the ward is marked with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeVar

from ward_warehouse.lake.outcomes import Outcome

State = Literal["loaded", "partly", "held", "postponed", "failed", "missing"]
GOOD: tuple[State, ...] = ("loaded", "partly")

Late = Literal["late"]

RANK: dict[State | Late, int] = {"missing": 0, "failed": 1, "held": 2, "postponed": 3, "partly": 4, "loaded": 5}
"""The worst first."""


class Row(NamedTuple):
    """What is asked of an outcome, as `audit.load_outcomes` has it; sixty nights of them are many."""

    ward: str
    record_kind: str
    step: str
    status: str
    fingerprint: str | None
    rows_quarantined: int | None = None
    left_out: bool = False


One = TypeVar("One", Outcome, Row)


def counting(found: Iterable[One]) -> dict[tuple[str, str], tuple[One | None, One | None]]:
    """The reading and the judging that count, by ward and record kind, of one night's outcomes of all runs.

    What was committed stays committed when a later attempt fails or is held, with the reading that it came from; what
    was taken back counts as if it had never been. Without either the last attempt counts.

    Args:
        found: outcomes of one night, in the order they were written; steps of the whole night are left out.
    """
    places: dict[tuple[str, str], list[One]] = {}
    for one in found:
        if one.ward is None or one.record_kind is None:
            continue
        place = (one.ward, str(one.record_kind))
        if one.step == "take_back":
            places[place] = []
        elif one.step in ("extract", "validate"):
            places.setdefault(place, []).append(one)
    return {place: _counting(ones) for place, ones in places.items()}


def _counting(ones: list[One]) -> tuple[One | None, One | None]:
    last = {one.step: one for one in ones}
    if len(ones) == len(last):
        return last.get("extract"), last.get("validate")
    committed = next((one for one in reversed(ones) if one.step == "validate" and one.status == "succeeded"), None)
    if committed is None:
        return last.get("extract"), last.get("validate")
    return _reading_of(committed, ones), committed


def _reading_of(committed: One, ones: list[One]) -> One | None:
    """The reading that a judging is about; the last one where neither says which batch it was."""
    read = [one for one in reversed(ones) if one.step == "extract" and one.status == "succeeded"]
    return next((one for one in read if one.fingerprint == committed.fingerprint), read[0] if read else None)


def state_of(extracted: Outcome | Row | None, judged: Outcome | Row | None, *, left_out: bool) -> State:
    """What became of a record kind of a ward.

    Args:
        extracted: the reading that counts.
        judged: the judging that counts.
        left_out: whether the reading left a file out, which its error says.
    """
    if extracted is None:
        return "missing"
    if extracted.status != "succeeded":
        return _unread(extracted.status)
    if judged is None or judged.status not in ("succeeded", "held"):
        return "failed"
    if judged.status == "held":
        return "held"
    return "partly" if left_out else "loaded"


def _unread(status: str) -> State:
    return "held" if status == "held" else "postponed" if status == "postponed" else "failed"


def marks_of(nights: Sequence[Mapping[tuple[str, str], State]]) -> list[dict[str, State | Late]]:
    """What each ward of each night is marked with, by the record kinds that were due or came: the worst of them.

    A ward is late where every record kind that is missing came with a later night.

    Args:
        nights: states by ward and record kind, the newest night first, with none left out behind the last one.
    """
    came: set[tuple[str, str]] = set()
    found: list[dict[str, State | Late]] = []
    for states in nights:
        marks: dict[str, State | Late] = {}
        wanting: set[str] = set()
        for (ward, record_kind), state in states.items():
            rank = RANK[state]
            if ward not in marks or rank < RANK[marks[ward]]:
                marks[ward] = state
            if state not in GOOD and (ward, record_kind) not in came:
                wanting.add(ward)
        came.update(place for place, state in states.items() if state in GOOD)
        for ward, mark in marks.items():
            if mark not in GOOD and ward not in wanting:
                marks[ward] = "late"
        found.append(marks)
    return found
