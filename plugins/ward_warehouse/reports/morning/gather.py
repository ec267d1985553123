"""Gathers what is said of a district's night: outcomes of the lake, its quarantine, and what is published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.nights import newest_night
from ward_warehouse.core.settings import Settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.advice import Reason, spoken
from ward_warehouse.night.counting import GOOD, Late, State, marks_of
from ward_warehouse.night.due import Due
from ward_warehouse.night.extract import Request
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.standing import last_committed
from ward_warehouse.night.verdict import Standing, Verdict, WardState, judge_night
from ward_warehouse.registry import Registry
from ward_warehouse.registry.findings import Finding
from ward_warehouse.reports.morning.builds import read_warehouse
from ward_warehouse.reports.morning.held import read_held
from ward_warehouse.reports.morning.model import Counts, Mark, Morning, Note, Said, Strip, Unit, Waiting
from ward_warehouse.reports.morning.refused import read_refused
from ward_warehouse.reports.morning.to_do import list_to_do
from ward_warehouse.reports.morning.told import Told
from ward_warehouse.reports.morning.verdict import sentence_on
from ward_warehouse.reports.quarantined import open_before

NIGHTS_SHOWN = 14
RECORD_KINDS = list(RecordKind)
MARK_OF: dict[State | Late, Mark] = {
    "loaded": "loaded", "partly": "partly", "held": "held", "postponed": "postponed", "failed": "failed",
    "missing": "failed", "late": "late",
}  # fmt: skip
MISSING: tuple[Mark, ...] = ("failed", "held", "postponed")


class Gatherer:
    """Reads once what the mornings of all districts share."""

    def __init__(self, settings: Settings, lake: Lake, registry: Registry, now: datetime | None = None) -> None:
        self._settings = settings
        self._lake = lake
        self._registry = registry
        self._now = now or datetime.now(UTC)
        self._due = Due(settings)
        self._last_committed = last_committed(lake)
        self._known: dict[tuple[str, date], Verdict | None] = {}
        self._told = Told(settings, lake)
        self._warehouse = read_warehouse(settings, lake)

    def expected_night(self, district: str) -> date | None:
        """The newest night that is over and on which a ward of the district was in force; None if there is none."""
        over = newest_night(self._now, self._registry.districts[district].time_zone)
        spans = [ward.in_force for ward in self._registry.wards.values() if ward.district == district]
        ends = [min(over, span.to or over) for span in spans if span.from_ <= over]
        return max(ends, default=None)

    def newest_night(self, district: str) -> date | None:
        """The newest night of the district of which anything was read."""
        return self._told.newest.get(district)

    def is_expected(self, district: str, night: date) -> bool:
        """Whether a ward of the district is in force on the night."""
        return bool(self._units(district, night))

    def morning(self, district: str, night: date) -> Morning:
        """Everything that is said of the night.

        Raises:
            LakeError: the lake cannot be read.
        """
        entry, units = self._registry.districts[district], self._units(district, night)
        found = self._told.nights(night, NIGHTS_SHOWN)
        later = self._later(night)
        nights = tuple(night - timedelta(days=back) for back in reversed(range(NIGHTS_SHOWN)))
        judged = {one: self._judge(district, one, found.get(one, [])) for one in nights}
        after = [self._judge(district, one, ones) for one, ones in sorted(later.items())]
        self._known[district, night] = verdict = judged[night]
        strips = _strips(units, list(judged.values()), after)
        tonight = verdict.states if verdict else []
        ran = verdict is not None and verdict.kind != "not_run"
        marks = {key: strip.marks[-1] for key, strip in strips.items()}
        missing = tuple(units[key] for key, mark in marks.items() if mark in MISSING)
        late = tuple(units[key] for key, mark in marks.items() if mark == "late")
        needing = [state for state in tonight if ran and marks[state.ward] != "late"]
        refused = read_refused(self._settings, self._lake, night, tonight, units)
        waiting = _waiting(self._settings, night, units)
        held = read_held(self._settings, self._lake, night, found, units)
        problems = self._problems(district)
        standing = self._standing(verdict, {unit.key for unit in late}, problems)
        counts = _counts(tonight)
        return Morning(
            district=district,
            name=Said(entry.name.vi, entry.name.en),
            time_zone=entry.time_zone,
            night=night,
            told_at=self._now,
            standing=standing,
            verdict=sentence_on(standing, units, missing, late, counts, refused, self._warehouse),
            expected=len(units),
            arrived=len(units) - len(missing) - len(late) if ran else 0,
            missing=missing,
            late=late,
            counts=counts,
            to_do=list_to_do(night, needing, units, refused, waiting, held, self._warehouse, problems),
            refused=refused,
            waiting=waiting,
            held=held,
            notes=_notes(tonight, units),
            nights=nights,
            strips=tuple(sorted(strips.values(), key=lambda one: -one.missing_in_a_row)),
            warehouse=self._warehouse,
            problems=problems,
        )

    def state(self, district: str, night: date, ward: str, record_kind: str) -> WardState | None:
        """How a ward's record kind stands in a night; None where the night was not run."""
        if (district, night) not in self._known:
            found = self._told.nights(night, 1).get(night, [])
            self._known[district, night] = self._judge(district, night, found)
        verdict = self._known[district, night]
        states = verdict.states if verdict else []
        return next((one for one in states if (one.ward, str(one.record_kind)) == (ward, record_kind)), None)

    def _units(self, district: str, night: date) -> dict[str, Unit]:
        """The wards that are expected on the night; names are data, whatever somebody wrote into them."""
        return {
            key: Unit(key, Said(on_one_line(ward.name.vi), on_one_line(ward.name.en)))
            for key, ward in self._registry.wards.items()
            if ward.district == district and ward.in_force.covers(night)
        }

    def _later(self, night: date) -> dict[date, list[Outcome]]:
        """Outcomes of the nights after this one, as far as they are known: a ward makes up for what it missed."""
        return {
            one: ones for one, ones in self._told.nights(night + timedelta(days=NIGHTS_SHOWN), NIGHTS_SHOWN).items()
        }

    def _judge(self, district: str, night: date, found: Sequence[Outcome]) -> Verdict | None:
        """The verdict on a district's night by the outcomes that count; None where nobody ran it."""
        wards = list(self._units(district, night))
        own = [one for one in found if one.district == district]
        if not wards or not own:
            return None
        request = Request(night=night)
        plan = Plan(run_id="", request=request, wards=wards, record_kinds=RECORD_KINDS, problems=[])
        return judge_night(plan, self._registry, own, 1.0, self._due, self._last_committed)

    def _problems(self, district: str) -> tuple[str, ...]:
        """The wrong entries of the registry but for those of other districts' files: what they name is not read."""
        files = {key.removeprefix("district "): place.file.path for key, place in self._registry.places.items()}
        others = {files[key] for key in self._registry.districts if key != district and key in files}
        found = []
        for problem in self._registry.problems:
            if not isinstance(problem, Finding):
                found.append(problem)
            elif problem.path not in others:
                found.append(f"{problem.path.name}:{problem.line}: {problem.text}")
        return tuple(found)

    def _standing(self, verdict: Verdict | None, late: set[str], problems: tuple[str, ...]) -> Standing:
        """The verdict's own, but for units that a later night made up for; complete is only what analysts see too."""
        if verdict is None or verdict.kind == "not_run":
            return "not_run"
        published = self._warehouse.published_at is not None and not self._told.unpublished(verdict.night)
        whole = replace(verdict, states=[state for state in verdict.states if state.ward not in late])
        return whole.standing if published and not problems else "incomplete"


def _strips(
    units: dict[str, Unit], judged: Sequence[Verdict | None], after: Sequence[Verdict | None]
) -> dict[str, Strip]:
    """What became of each unit in each night, the oldest first; what a night after them made up for is late."""
    newest_first = [_due(verdict) for verdict in reversed([*judged, *after])]
    marked = list(zip(judged, reversed(marks_of(newest_first)), strict=False))
    return {
        key: Strip(unit, tuple(_mark(key, verdict, marks) for verdict, marks in marked)) for key, unit in units.items()
    }


def _due(verdict: Verdict | None) -> dict[tuple[str, str], State]:
    """The record kinds that were wanted, or came all the same."""
    states = verdict.states if verdict else []
    return {(one.ward, str(one.record_kind)): one.state for one in states if one.is_missing or one.state in GOOD}


def _mark(ward: str, verdict: Verdict | None, marks: Mapping[str, State | Late]) -> Mark:
    if verdict is None:
        return "not_run"
    return MARK_OF[marks[ward]] if ward in marks else "not_expected"


def _counts(states: Sequence[WardState]) -> Counts:
    committed = [state for state in states if state.rows_accepted is not None]
    names = ("rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged")
    return Counts(*(sum(getattr(state, name) or 0 for state in committed) for name in names))


def _waiting(settings: Settings, night: date, units: dict[str, Unit]) -> tuple[Waiting, ...]:
    """What is open still of the nights before, the unit with the most first."""
    found = [Waiting(units[one.ward], *one[1:]) for one in open_before(settings, night) if one.ward in units]
    return tuple(sorted(found, key=lambda one: -one.records))


def _notes(states: Sequence[WardState], units: dict[str, Unit]) -> tuple[Note, ...]:
    found = []
    for state in states:
        lines: list[tuple[Reason, str]] = [("warned", line) for line in state.warnings]
        if state.state == "partly":
            lines.append(("file_refused", state.error or ""))
        if state.new_columns:
            lines.append(("new_columns", f"new columns {', '.join(state.new_columns)}: map or ignore them"))
        for reason, line in lines:
            what = spoken(reason).what
            found.append(Note(units[state.ward], Said(what.vi, what.en), f"{state.record_kind}: {line}"))
    return tuple(found)
