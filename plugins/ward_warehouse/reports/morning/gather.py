"""Gathers what is said of a district's night: outcomes of the lake, its quarantine, and what is published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.nights import newest_night
from ward_warehouse.core.settings import Settings
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.due import Due
from ward_warehouse.night.extract import Request
from ward_warehouse.night.plan import Plan
from ward_warehouse.night.standing import last_committed
from ward_warehouse.night.verdict import GOOD, State, WardState, judge_night
from ward_warehouse.registry import Registry
from ward_warehouse.registry.findings import Finding
from ward_warehouse.reports.morning.builds import read_warehouse
from ward_warehouse.reports.morning.held import read_held
from ward_warehouse.reports.morning.model import Counts, Mark, Morning, Note, Said, Standing, Strip, Unit
from ward_warehouse.reports.morning.refused import read_refused
from ward_warehouse.reports.morning.to_do import list_to_do
from ward_warehouse.reports.morning.told import Told
from ward_warehouse.reports.morning.verdict import verdict_on

NIGHTS_SHOWN = 14
RECORD_KINDS = list(RecordKind)
MARK_OF: dict[State, Mark] = {
    "loaded": "loaded", "partly": "partly", "held": "held", "postponed": "postponed", "failed": "failed",
    "missing": "failed",
}  # fmt: skip
MISSING: tuple[Mark, ...] = ("failed", "held", "postponed")
WORST: tuple[Mark, ...] = ("failed", "held", "postponed", "partly", "loaded")


class Gatherer:
    """Reads once what the mornings of all districts share."""

    def __init__(self, settings: Settings, lake: Lake, registry: Registry, now: datetime | None = None) -> None:
        self._settings = settings
        self._lake = lake
        self._registry = registry
        self._now = now or datetime.now(UTC)
        self._due = Due(settings)
        self._last_committed = last_committed(lake)
        self._known_states: dict[tuple[str, date], list[WardState]] = {}
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
        states = {one: self._states(district, one, found.get(one, [])) for one in nights}
        after = [self._states(district, one, ones) for one, ones in sorted(later.items())]
        self._known_states[district, night] = states[night]
        strips = {key: Strip(unit, _marks(key, nights, states, after)) for key, unit in units.items()}
        tonight = states[night]
        ran = any(state for state in tonight if state.state != "missing")
        marks = {key: strip.marks[-1] for key, strip in strips.items()}
        missing = tuple(units[key] for key, mark in marks.items() if mark in MISSING)
        late = tuple(units[key] for key, mark in marks.items() if mark == "late")
        needing = [state for state in tonight if ran and marks[state.ward] != "late"]
        refused = read_refused(self._settings, self._lake, night, tonight, units)
        held = read_held(self._settings, self._lake, night, found, units)
        problems = self._problems(district)
        standing = self._standing(night, ran, set(marks.values()), problems)
        counts = _counts(tonight)
        return Morning(
            district=district,
            name=Said(entry.name.vi, entry.name.en),
            time_zone=entry.time_zone,
            night=night,
            told_at=self._now,
            standing=standing,
            verdict=verdict_on(standing, units, missing, late, counts, refused, self._warehouse),
            expected=len(units),
            arrived=len(units) - len(missing) - len(late) if ran else 0,
            missing=missing,
            late=late,
            counts=counts,
            to_do=list_to_do(night, needing, units, refused, held, self._warehouse, problems),
            refused=refused,
            held=held,
            notes=_notes(tonight, units),
            nights=nights,
            strips=tuple(sorted(strips.values(), key=lambda one: -one.missing_in_a_row)),
            warehouse=self._warehouse,
            problems=problems,
        )

    def state(self, district: str, night: date, ward: str, record_kind: str) -> WardState | None:
        """How a ward's record kind stands in a night; None where the night was not run."""
        states = self._read_states(district, night)
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

    def _states(self, district: str, night: date, found: Sequence[Outcome]) -> list[WardState]:
        wards = list(self._units(district, night))
        own = [one for one in found if one.district == district]
        if not wards or not own:
            return []
        request = Request(night=night)
        plan = Plan(run_id="", request=request, wards=wards, record_kinds=RECORD_KINDS, problems=[])
        return judge_night(plan, self._registry, own, 1.0, self._due, self._last_committed).states

    def _read_states(self, district: str, night: date) -> list[WardState]:
        if (district, night) not in self._known_states:
            found = self._told.nights(night, 1).get(night, [])
            self._known_states[district, night] = self._states(district, night, found)
        return self._known_states[district, night]

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

    def _standing(self, night: date, ran: bool, marks: set[Mark], problems: tuple[str, ...]) -> Standing:
        if not ran:
            return "not_run"
        published = self._warehouse.published_at is not None and not self._told.unpublished(night)
        return (
            "complete" if published and not problems and marks <= {"loaded", "late", "not_expected"} else "incomplete"
        )


def _marks(
    ward: str, nights: Sequence[date], states: dict[date, list[WardState]], after: Sequence[list[WardState]]
) -> tuple[Mark, ...]:
    """What became of a ward in each of the nights; what a later night made up for is late."""
    found: list[Mark] = []
    made_up = any(_mark(ward, night_states) in ("loaded", "partly") for night_states in after)
    for night in reversed(nights):
        mark = _mark(ward, states[night])
        if mark in MISSING and made_up:
            mark = "late"
        made_up = made_up or mark in ("loaded", "partly")
        found.append(mark)
    return tuple(reversed(found))


def _mark(ward: str, states: Sequence[WardState]) -> Mark:
    if not states:
        return "not_run"
    own = {MARK_OF[state.state] for state in states if state.ward == ward and (state.is_missing or state.state in GOOD)}
    return next((mark for mark in WORST if mark in own), "not_expected")


def _counts(states: Sequence[WardState]) -> Counts:
    committed = [state for state in states if state.rows_accepted is not None]
    names = ("rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged")
    return Counts(*(sum(getattr(state, name) or 0 for state in committed) for name in names))


def _notes(states: Sequence[WardState], units: dict[str, Unit]) -> tuple[Note, ...]:
    found = []
    for state in states:
        lines = [*state.warnings, *([state.error] if state.state == "partly" and state.error else [])]
        if state.new_columns:
            lines.append(f"new columns {', '.join(state.new_columns)}: map or ignore them")
        found += [Note(units[state.ward], f"{state.record_kind}: {line}") for line in lines]
    return tuple(found)
