"""Batch guards: what a ward sent tonight against what it sent before.

The rules themselves are data, with their reasons, in `expectations/batch_guards.yml`. A batch that breaks one of
severity critical stays landed and uncommitted until a person releases it; its ward's cursor stays where it was, so that
the next night reads the same records again by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path, PurePosixPath
from statistics import median
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field
from pydantic import ValidationError as Invalid

from ward_warehouse.core.calendar import read_overrides, working_calendar
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import ValidationError, WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.store import Lake, LakeRecord, LandedBatch, Manifest
from ward_warehouse.validation.commit import Judged

FILE = "batch_guards.yml"
Name = Literal["too_few", "too_many", "nothing", "stale", "bad_share", "mostly_bad", "new_codes"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Guard(_Strict):
    """One rule about a batch; what its threshold means stands beside it in the file."""

    guard: Name
    severity: Literal["critical", "warning"]
    threshold: float = Field(ge=0)
    at_least: int = Field(default=0, ge=0)
    rules: tuple[str, ...] = ()
    reason: str
    vi: str
    en: str


class Exemption(_Strict):
    """What is different in one ward, and why."""

    reason: str
    threshold: float | None = Field(default=None, ge=0)
    at_least: int | None = Field(default=None, ge=0)
    severity: Literal["critical", "warning"] | None = None
    off: bool = False


class History(_Strict):
    """How far back a ward is looked at, and how many comparable nights are needed."""

    weeks: int = Field(ge=1, le=52)
    least_nights: int = Field(ge=1)


class GuardFile(_Strict):
    """The file `batch_guards.yml`."""

    history: History
    guards: tuple[Guard, ...]
    wards: dict[str, dict[Name, Exemption]] = {}

    def of_ward(self, ward: str) -> list[Guard]:
        """The guards as they hold for a ward."""
        own = self.wards.get(ward, {})
        found = []
        for guard in self.guards:
            other = own.get(guard.guard)
            if other is None:
                found.append(guard)
            elif not other.off:
                found.append(guard.model_copy(update=other.model_dump(exclude_none=True, exclude={"off", "reason"})))
        return found


def load_guards(folder: Path) -> GuardFile:
    """The guards of `<folder>/batch_guards.yml`.

    Raises:
        ValidationError: the file cannot be read, or a guard lacks a part.
    """
    path = folder / FILE
    try:
        return GuardFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except Invalid as error:
        faults = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in error.errors())
        raise ValidationError(f"{path}: {faults}") from None
    except (OSError, yaml.YAMLError) as error:
        raise ValidationError(f"{path}: cannot be read ({' '.join(str(error).split())})") from None


class Release(LakeRecord):
    """A person's decision that a held batch is right all the same; written once, never changed."""

    kind: RecordKind
    ward: str
    night: date
    batch_id: str
    by: str
    reason: str
    released_at: datetime


def release_path(batch: LandedBatch) -> str:
    """Where the release of a held batch is committed."""
    return f"releases/{batch.kind}/{batch.ward}/{batch.night}-{batch.batch_id}.json"


def release(lake: Lake, batch: LandedBatch, by: str, reason: str) -> Release:
    """Releases a held batch; validating the night then commits it.

    Raises:
        WardWarehouseError: somebody released it before.
        LakeError: the lake cannot be written.
    """
    found = Release(
        kind=batch.kind, ward=batch.ward, night=batch.night, batch_id=batch.batch_id, by=by, reason=reason,
        released_at=datetime.now(UTC),
    )  # fmt: skip
    if not lake.create(release_path(batch), found.model_dump_json().encode()):
        before = lake.read_record(release_path(batch), Release)
        who = f"{before.by} at {before.released_at:%Y-%m-%d %H:%M} UTC ({before.reason})" if before else "somebody"
        raise WardWarehouseError(f"{batch.ward} {batch.kind} night {batch.night}: was released by {who} already")
    return found


@dataclass(frozen=True)
class Finding:
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


@dataclass
class Watch:
    """Judges the batches of a run as wholes.

    Attributes:
        asked: a person asked for a part of the records, or for all of them; how many come then says nothing.
        held: why a batch is held back, by its id.
        warnings: what is to be told of a batch that is loaded, by its id.
    """

    lake: Lake
    guards: GuardFile
    days: WorkingDays
    asked: bool = False
    held: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)

    def warnings_of(self, batch: LandedBatch) -> tuple[str, ...]:
        """What is to be told of a batch that is loaded."""
        return tuple(self.warnings.get(batch.batch_id, ()))

    def holds(self, judged: Judged) -> bool:
        """Whether the batch is held back; notes what was found."""
        batch = judged.batch
        findings = self.findings(judged)
        critical = [one for one in findings if one.guard.severity == "critical"]
        if critical and self.lake.read_record(release_path(batch), Release) is None:
            self.held[batch.batch_id] = (
                f"{batch.ward} {batch.kind} night {batch.night}: held back. {' '.join(map(str, critical))} Look at the "
                "ward's system; if the batch is right, `ward-warehouse release` lets it in"
            )
            return True
        if findings:
            self.warnings[batch.batch_id] = [str(one) for one in findings]
        return False

    def findings(self, judged: Judged) -> list[Finding]:
        """The guards that the batch breaks."""
        past = _Past(self.lake, judged.batch, self.guards.history, self.days)
        if not past.nights:
            return []
        found = []
        for guard in self.guards.of_ward(judged.batch.ward):
            if self._is_silent(guard, judged.batch):
                continue
            figures = CHECKS[guard.guard](guard, judged, past)
            if figures:
                found.append(Finding(guard, figures))
        return found

    def _is_silent(self, guard: Guard, batch: LandedBatch) -> bool:
        return (self.asked or batch.full) and guard.guard in ("too_few", "too_many", "nothing", "stale")


class _Past:
    """The committed nights of a ward before a batch, as far back as the history goes, the newest last."""

    def __init__(self, lake: Lake, batch: LandedBatch, history: History, days: WorkingDays) -> None:
        self._lake = lake
        self._history = history
        self.days = days
        self.night = batch.night
        self._folder = f"manifests/{batch.kind}/{batch.ward}"
        names = [date.fromisoformat(PurePosixPath(name).stem) for name in lake.names(self._folder)]
        oldest = batch.night - timedelta(weeks=history.weeks)
        self.nights = [night for night in names if oldest <= night < batch.night]

    @cached_property
    def manifests(self) -> list[Manifest]:
        """The partitions of those nights."""
        found = (self._lake.read_record(f"{self._folder}/{night}.json", Manifest) for night in self.nights)
        return [manifest for manifest in found if manifest is not None]

    @property
    def gap(self) -> int:
        """Nights since the last committed one; more than 1 when the ward catches up."""
        return (self.night - self.nights[-1]).days

    @cached_property
    def typical(self) -> float | None:
        """The median of new records on comparable nights; None when there are too few of them.

        A night on which the ward caught up holds several nights, and says nothing of one.
        """
        alone = [
            manifest
            for before, manifest in zip(self.manifests, self.manifests[1:], strict=False)
            if (manifest.night - before.night).days == 1
            and manifest.night.weekday() == self.night.weekday()
            and self.days.works(manifest.night) == self.days.works(self.night)
        ]
        enough = len(alone) >= self._history.least_nights
        return median(fresh(manifest) for manifest in alone) if enough else None

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
    found, typical = fresh(judged.batch), past.typical
    if typical is None or found < guard.at_least or found <= guard.threshold * max(typical, 1) * past.gap:
        return ""
    return f"(found {found:,}, expected about {typical * past.gap:,.0f}.)"


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
    if newest is None or not judged.batch.rows_read:
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
