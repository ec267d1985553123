"""Judges the batches of a run as wholes, by the guards and by what each ward sent on earlier nights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from statistics import median

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.calendar import read_overrides, working_calendar
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.history import Versions, list_wards, read_history
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest
from ward_warehouse.validation.commit import Judged, Ruling
from ward_warehouse.validation.guards import Guard, GuardFile, History
from ward_warehouse.validation.holds import Release, hold, release_path, waiting

HELD_CONTENT = ("too_many", "mostly_bad")
"""Guards that hold a batch for what is in it; what too few records lack comes with a later night."""
SAME_SHARE = 0.5
"""From which share of a held batch's records on a later batch counts as bringing it again."""


@dataclass(frozen=True)
class BrokenGuard:
    """A guard that a batch broke, with the figures."""

    guard: Guard
    figures: str

    def __str__(self) -> str:
        return f"{self.guard.guard}: {self.guard.en} {self.figures}"


class WorkingDays:
    """Which days are worked on, by the registry's calendar."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._years: dict[int, dict[date, bool]] = {}

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        return self._year(day.year)[day]

    def between(self, first: date, last: date) -> int:
        """Working days after `first`, up to and including `last`."""
        return sum(self.works(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))

    def _year(self, year: int) -> dict[date, bool]:
        if year not in self._years:
            overrides = read_overrides(self._settings.wards_dir)
            table = working_calendar(self._settings.holidays_country, year, year, overrides)
            days, works = table["calendar_date"].to_pylist(), table["is_working_day"].to_pylist()
            self._years[year] = dict(zip(days, works, strict=True))
        return self._years[year]


@dataclass(frozen=True)
class _Seen:
    """Wards of which something was ever held back, and the manifests of all wards."""

    holding: frozenset[str]
    manifests: Versions


@dataclass(frozen=True)
class Watch:
    """Rules on the batches of a run as wholes.

    Attributes:
        seen: what the lake showed of a record kind when the first of its batches was judged, all of them locked.
        asked: a person asked for a part of the records, or for all of them; how many come then says nothing.
    """

    lake: Lake
    guards: GuardFile
    days: WorkingDays
    asked: bool = False
    seen: dict[RecordKind, _Seen] = field(default_factory=dict)

    def rule_on(self, judged: Judged) -> Ruling:
        """Whether the batch is held back, and what is told of it."""
        batch = judged.batch
        findings = self.findings(judged)
        again = self._held_before(judged)
        errors = [one for one in findings if one.guard.severity == "error"]
        reasons = [*map(str, errors), *again]
        if reasons and self.lake.read_record(release_path(batch), Release) is None:
            # The guards that a later night will not see by itself: what they held must not come in with it.
            hold(self.lake, batch, tuple(one.guard.guard for one in errors) or HELD_CONTENT)
            return Ruling(
                held=f"{batch.ward} {batch.record_kind} night {batch.night}: held back. {' '.join(reasons)} Look at "
                "the ward's system; if the batch is right, `ward-warehouse release` lets it in"
            )
        return Ruling(warnings=(*map(str, findings), *again))

    def findings(self, judged: Judged) -> list[BrokenGuard]:
        """The guards that the batch breaks."""
        seen = self._seen_of(judged.batch.record_kind)
        past = _Past(self.lake, judged.batch, self.guards.history, self.days, seen.manifests)
        found = []
        for guard in self.guards.of_ward(judged.batch.ward):
            if self._is_silent(guard, judged.batch):
                continue
            figures = CHECKS[guard.guard](guard, judged, past)
            if figures:
                found.append(BrokenGuard(guard, figures))
        return found

    def _seen_of(self, record_kind: RecordKind) -> _Seen:
        if record_kind not in self.seen:
            holding = frozenset(self.lake.folders(f"holds/{record_kind}"))
            self.seen[record_kind] = _Seen(holding, list_wards(self.lake, record_kind))
        return self.seen[record_kind]

    def _is_silent(self, guard: Guard, batch: LandedBatch) -> bool:
        return (self.asked or batch.full) and guard.guard in ("too_few", "too_many", "nothing", "stale")

    def _held_before(self, judged: Judged) -> list[str]:
        """What earlier nights held back for its content, and this batch brings again."""
        found = []
        if judged.batch.ward not in self._seen_of(judged.batch.record_kind).holding:
            return []
        for held, landed in waiting(self.lake, judged.batch):
            if not landed.landed_paths or not set(held.guards) & set(HELD_CONTENT):
                continue
            before = self.lake.read_landed(landed, ["content_hash"])["content_hash"]
            now = pa.chunked_array(
                [*_hashes(judged.read_accepted(self.lake)), *_hashes(judged.quarantined)], pa.string()
            )
            again = pc.sum(pc.is_in(before, value_set=now)).as_py() or 0
            if again >= SAME_SHARE * len(before):
                found.append(
                    f"held_before: It brings {again:,} of the {len(before):,} records again that are held back since "
                    f"night {held.night} ({', '.join(held.guards)})."
                )
        return found


def _hashes(records: pa.Table) -> list[pa.Array]:
    chunks: list[pa.Array] = records["content_hash"].cast(pa.string()).chunks
    return chunks


class _Past:
    """The committed nights of a ward before a batch, as far back as the history goes, the newest last."""

    def __init__(self, lake: Lake, batch: LandedBatch, history: History, days: WorkingDays, listed: Versions) -> None:
        self._history = history
        self.days = days
        self.night = batch.night
        oldest = batch.night - timedelta(weeks=history.weeks)
        self.manifests = [
            manifest
            for manifest in read_history(lake, batch.record_kind, batch.ward, listed)
            if oldest <= manifest.night < batch.night
        ]
        self.nights = [manifest.night for manifest in self.manifests]

    @property
    def gap(self) -> int:
        """Nights since the last committed one; more than 1 when the ward catches up."""
        return (self.night - self.nights[-1]).days

    @cached_property
    def single(self) -> list[Manifest]:
        """The nights that hold one night: one on which the ward caught up holds several, and says nothing of one."""
        pairs = zip(self.manifests, self.manifests[1:], strict=False)
        return [manifest for before, manifest in pairs if (manifest.night - before.night).days == 1]

    @cached_property
    def typical(self) -> float | None:
        """The median of new records on comparable nights; None when there are too few of them."""
        alike = [
            manifest
            for manifest in self.single
            if manifest.night.weekday() == self.night.weekday()
            and self.days.works(manifest.night) == self.days.works(self.night)
        ]
        enough = len(alike) >= self._history.least_nights
        return median(map(fresh, alike)) if enough else None

    @cached_property
    def most(self) -> float | None:
        """How many new records a night may be expected to have at the most; None without a night to compare with.

        The median of comparable nights; without them that of all working nights, because a public holiday brings no
        more than they do. Fewer nights than the history wants say less: the median is taken as many times as they are
        short of it, so that a new ward is guarded by its first days.
        """
        if self.typical is not None:
            return self.typical
        working = [manifest for manifest in self.single if self.days.works(manifest.night)]
        if not working:
            return None
        return median(map(fresh, working)) * max(1.0, self._history.least_nights / len(working))

    @property
    def is_long(self) -> bool:
        """Whether there are enough nights to say that something never came."""
        return len(self.manifests) >= self._history.least_nights


def fresh(batch: LandedBatch) -> int:
    """Records that were new or changed."""
    return batch.rows_read - batch.rows_unchanged


def _too_few(guard: Guard, judged: Judged, past: _Past) -> str:
    found, typical = fresh(judged.batch), past.typical
    if typical is None or typical < guard.at_least or found >= guard.threshold * typical:
        return ""
    return f"(found {found:,}, expected about {typical:,.0f}.)"


def _too_many(guard: Guard, judged: Judged, past: _Past) -> str:
    found, most = fresh(judged.batch), past.most
    if most is None or found < guard.at_least or found <= guard.threshold * max(most, 1) * past.gap:
        return ""
    return f"(found {found:,}, expected about {most * past.gap:,.0f}.)"


def _nothing(guard: Guard, judged: Judged, past: _Past) -> str:
    working = [m for m in past.manifests if past.days.works(m.night)]
    before = working[-int(guard.threshold) + 1 :] if guard.threshold > 1 else []
    if fresh(judged.batch) or not past.days.works(past.night) or len(before) < guard.threshold - 1:
        return ""
    if any(fresh(manifest) for manifest in before) or not any(fresh(manifest) for manifest in past.manifests):
        return ""
    return f"(found none for {int(guard.threshold)} working nights.)"


def _stale(guard: Guard, judged: Judged, past: _Past) -> str:
    newest = judged.batch.cursor_to
    # A first load is a history: how old its newest change is says nothing of an export that stopped.
    if newest is None or not judged.batch.rows_read or not past.nights:
        return ""
    # The instant's date in UTC is at most a day early, which the threshold bears.
    age = past.days.between(newest.date(), past.night)
    return f"(the newest change is of {newest.date()}, {age} working days before.)" if age > guard.threshold else ""


def _bad_share(guard: Guard, judged: Judged, past: _Past) -> str:
    bad, rows = judged.quarantined.num_rows, judged.accepted.num_rows + judged.quarantined.num_rows
    if rows < max(guard.at_least, 1) or bad <= guard.threshold * rows:
        return ""
    return f"({bad:,} of {rows:,}.)"


def _new_codes(guard: Guard, judged: Judged, past: _Past) -> str:
    if not past.is_long:
        return ""
    seen = {result.rule for manifest in past.manifests for result in manifest.rules if result.rows_broken}
    fresh_codes = [
        f"{result.rule} {result.rows_broken:,}"
        for result in judged.rules
        if result.rule in guard.rules and result.rule not in seen and result.rows_broken >= guard.threshold
    ]
    return f"({', '.join(fresh_codes)}.)" if fresh_codes else ""


CHECKS: dict[str, Callable[[Guard, Judged, _Past], str]] = {
    "too_few": _too_few,
    "too_many": _too_many,
    "nothing": _nothing,
    "stale": _stale,
    "bad_share": _bad_share,
    "mostly_bad": _bad_share,
    "new_codes": _new_codes,
}
