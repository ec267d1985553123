"""The verdict: what a night is worth, ward by ward, what is missing, and who has to do what about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import Cause
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.night.advice import ADVICE, Reason, Role
from ward_warehouse.night.counting import GOOD, State, state_of
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.wording import Language, message, sentence
from ward_warehouse.registry import District, Registry, Ward
from ward_warehouse.registry.strict import Label

Kind = Literal["complete", "late", "held", "partial", "not_run"]
"""What a night is worth, best first.

complete: all that was wanted arrived. late: the same, but after the deadline, or a ward is still to be read.
held: nothing is missing but batches that wait for a person. partial: something of a wanted ward did not arrive.
not_run: nothing of the night was read.
"""
RED: tuple[Kind, ...] = ("held", "partial", "not_run")
"""What ends a run red: somebody must do something before the night is whole."""

Standing = Literal["complete", "incomplete", "not_run"]
"""Whether all that was wanted of a night is there: what the morning page and its exit status say."""

LOOKED_BACK = 366
"""Nights after which a ward that is missing is no longer counted."""


@dataclass(frozen=True)
class WardState:
    """What a night brought of one record kind of one ward; counts are None when nothing was committed.

    Attributes:
        wanted: whether the ward was due on this night, by its cadence.
        cause: why it did not arrive, or not all of it; None when it did.
        nights: for how many wanted nights in a row it is missing, this one included; None if it never arrived.
    """

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
    district: str = ""
    wanted: bool = True
    cause: Cause | None = None
    nights: int | None = None

    @property
    def is_missing(self) -> bool:
        """Whether something did not arrive that was wanted."""
        return self.wanted and self.state not in GOOD


@dataclass(frozen=True)
class Missing:
    """A unit of which something did not arrive, with the states that say what.

    Attributes:
        nights: for how many nights in a row, by the record kind that is missing longest; None if it never arrived.
    """

    ward: str
    district: str
    states: tuple[WardState, ...]
    nights: int | None


@dataclass(frozen=True)
class Refused:
    """How many records of a ward's night broke one rule, with the officer's sentence."""

    ward: str
    district: str
    record_kind: RecordKind
    rule: str
    rows: int
    label: Label


@dataclass(frozen=True)
class Todo:
    """One thing that somebody has to do.

    Attributes:
        unit: the ward's key; empty for what concerns all of them.
        district: the ward's district, likewise.
        reason: which advice it is.
        detail: the lines of the steps themselves, in English, for the engineer.
        what, do, who: what is wrong, what to do, and who does it.
    """

    unit: str
    district: str
    reason: Reason
    detail: tuple[str, ...] = ()

    @property
    def what(self) -> Label:
        """What is wrong."""
        return ADVICE[self.reason].what

    @property
    def do(self) -> Label:
        """What to do."""
        return ADVICE[self.reason].do

    @property
    def who(self) -> Role:
        """Who does it."""
        return ADVICE[self.reason].who


@dataclass(frozen=True)
class Verdict:
    """The verdict on a night: each ward's state, and all that follows from it.

    Attributes:
        night: the local date.
        states: one for each ward and record kind.
        wards, districts: of the registry, by key: names for people.
        widespread: more wards brought nothing than one ward's trouble explains.
        is_late: it ended after the deadline for publishing.
        refused: refused records by ward, record kind and rule.
        problems: one line for each wrong entry of the registry.
        behind: a line when the published warehouse lacks what was committed.
    """

    night: date
    states: list[WardState]
    wards: Mapping[str, Ward] = field(default_factory=dict, repr=False)
    districts: Mapping[str, District] = field(default_factory=dict, repr=False)
    widespread: bool = False
    is_late: bool = False
    refused: tuple[Refused, ...] = ()
    problems: tuple[str, ...] = ()
    behind: str | None = None

    @property
    def kind(self) -> Kind:
        """What the night is worth."""
        causes = {state.cause for state in self.states}
        if self.states and causes == {"not_run"}:
            return "not_run"
        missing = {state.state for state in self.states if state.is_missing}
        if missing - {"held", "postponed"}:
            return "partial"
        if "held" in missing:
            return "held"
        return "late" if missing or self.is_late else "complete"

    @property
    def standing(self) -> Standing:
        """Whether all that was wanted is there by now, late or not."""
        if self.kind == "not_run":
            return "not_run"
        return "incomplete" if self.missing_wards else "complete"

    @property
    def failed(self) -> bool:
        """Whether the night ends red."""
        return self.kind in RED

    @property
    def expected(self) -> list[str]:
        """Wards that were due."""
        return list(dict.fromkeys(state.ward for state in self.states if state.wanted))

    @property
    def missing_wards(self) -> list[str]:
        """Wards of which something did not arrive that was wanted."""
        return list(dict.fromkeys(state.ward for state in self.states if state.is_missing))

    @property
    def missing(self) -> list[Missing]:
        """The same, with what did not arrive and for how many nights."""
        found = []
        for ward in self.missing_wards:
            states = tuple(state for state in self.states if state.ward == ward and state.is_missing)
            known = [state.nights for state in states if state.nights is not None]
            nights = max(known) if len(known) == len(states) else None
            found.append(Missing(ward, states[0].district, states, nights))
        return found

    @property
    def todos(self) -> list[Todo]:
        """What has to be done, what is missing first."""
        missing = [
            Todo(one.ward, one.district, reason, tuple(s.error or "" for s in one.states if s.cause == reason))
            for one in self.missing
            for reason in dict.fromkeys(s.cause for s in one.states if s.cause)
        ]
        return [*missing, *self._todos_of_arrived(), *self._todos_of_all()]

    def _todos_of_arrived(self) -> list[Todo]:
        found: dict[tuple[str, str, Reason], list[str]] = {}
        for state in self.states:
            told: list[tuple[Reason, str]] = [("warned", line) for line in state.warnings]
            if state.state == "partly":
                told.append(("file_refused", state.error or ""))
            if state.new_columns:
                told.append(("new_columns", f"{state.record_kind}: {', '.join(state.new_columns)}"))
            for reason, line in told:
                found.setdefault((state.ward, state.district, reason), []).append(line)
        for one in self.refused:
            line = f"{one.record_kind}: {one.rows} {one.rule}"
            found.setdefault((one.ward, one.district, "refused"), []).append(line)
        return [Todo(*place, tuple(lines)) for place, lines in found.items()]

    def _todos_of_all(self) -> list[Todo]:
        found = [Todo("", "", "registry", self.problems)] if self.problems else []
        return [*found, Todo("", "", "not_published", (self.behind,))] if self.behind else found

    @property
    def needs_a_person(self) -> bool:
        """Whether somebody has to do something, or to know that it is late."""
        return bool(self.todos) or self.kind != "complete"

    def count(self, name: Literal["read", "accepted", "quarantined", "unchanged"]) -> int:
        """Records of all wards that were read, accepted, quarantined or unchanged; read is the sum of the others."""
        return sum(getattr(state, f"rows_{name}") or 0 for state in self.states if state.state in GOOD)

    def of(self, district: str) -> Verdict:
        """The verdict on one district's part of the night."""
        return replace(
            self,
            states=[state for state in self.states if state.district == district],
            refused=tuple(one for one in self.refused if one.district == district),
            problems=(),
            behind=None,
        )

    def name(self, unit: str) -> Label:
        """What a ward or a district is called; its key for one that the registry does not have."""
        known = self.wards.get(unit) or self.districts.get(unit)
        return known.name if known else Label(vi=unit, en=unit)

    @property
    def message(self) -> str:
        """The verdict for the engineer, in English: a line that counts, and one for each thing to look at."""
        return message(self)

    def sentence(self, language: Language = "en") -> str:
        """The verdict in one sentence: what the night is worth, what is missing and for how long, what was refused."""
        return sentence(self, language)


Wanted = Callable[[Ward, date], bool]
LastNight = Callable[[str, RecordKind, date], date | None]


def every_night(ward: Ward, night: date) -> bool:
    """A ward that is due whatever the night."""
    return True


def never(ward: str, record_kind: RecordKind, night: date) -> date | None:
    """No night before this one."""
    return None


def judge_night(
    plan: Plan,
    registry: Registry,
    found: list[Outcome],
    failed_wards_limit: float,
    wanted: Wanted = every_night,
    last_night: LastNight = never,
) -> Verdict:
    """Judges a run by its outcomes; the last outcome of a step counts (a retry that succeeded is a success).

    Args:
        plan: of the run.
        registry: the wards' names, districts and feeds.
        found: the outcomes, in the order they were written.
        failed_wards_limit: share of the wards above which a common cause is suspected.
        wanted: whether a ward is due on a night.
        last_night: the newest night before another one that was committed of a ward and record kind.
    """
    last: dict[tuple[str | None, RecordKind | None, str], Outcome] = {(o.ward, o.record_kind, o.step): o for o in found}
    states = []
    for ward in plan.wards:
        entry = registry.wards[ward]
        for feed in registry.feeds(ward, plan.record_kinds):
            steps = [last.get((ward, feed.record_kind, step)) for step in ("extract", "validate")]
            state = ward_state(ward, feed.record_kind, *steps)
            state = replace(state, district=entry.district, wanted=wanted(entry, plan.request.night))
            states.append(_with_nights(state, entry, plan.request.night, wanted, last_night))
    verdict = Verdict(plan.request.night, states, registry.wards, registry.districts, problems=tuple(plan.problems))
    return replace(verdict, widespread=len(verdict.missing_wards) > failed_wards_limit * len(plan.wards))


def _with_nights(state: WardState, ward: Ward, night: date, wanted: Wanted, last_night: LastNight) -> WardState:
    """A state that is missing, with how long it has been; one that arrived as it is."""
    if state.state in GOOD:
        return state
    before = last_night(state.ward, state.record_kind, night)
    if before is None:
        return state
    days = range(min((night - before).days, LOOKED_BACK))
    nights = sum(wanted(ward, night - timedelta(days=number)) for number in days)
    return replace(state, nights=nights)


def ward_state(ward: str, record_kind: RecordKind, extracted: Outcome | None, judged: Outcome | None) -> WardState:
    """What a record kind of a ward came to, by the reading and the judging that count."""
    state = state_of(extracted, judged, left_out=bool(extracted and extracted.error))
    if extracted is None:
        text = "its task did not run to the end; see the task's log"
        return WardState(ward, record_kind, state, error=text, cause="not_run")
    if extracted.status != "succeeded":
        cause = extracted.cause or "unreadable"
        return WardState(ward, record_kind, state, error=extracted.error, cause=cause)
    if judged is None or state not in GOOD:
        text = (judged.error if judged else None) or "not judged"
        of_judging: Cause = "held" if state == "held" else "not_judged"
        return WardState(ward, record_kind, state, extracted.rows_read, error=text, cause=of_judging)
    return WardState(
        ward,
        record_kind,
        state,
        judged.rows_read,
        judged.rows_accepted,
        judged.rows_quarantined,
        judged.rows_unchanged,
        extracted.error,
        extracted.new_columns,
        (*extracted.warnings, *judged.warnings),
        cause="file_refused" if state == "partly" else None,
    )
