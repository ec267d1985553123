"""What a district's morning is about, as data: the page, the terminal and the JSON show nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

from ward_warehouse.night.advice import Role
from ward_warehouse.night.verdict import Standing

Mark = Literal["loaded", "partly", "late", "held", "postponed", "failed", "not_run", "not_expected"]
"""What became of a unit in a night; late: it brought nothing, and a later night made up for it."""

EXIT_CODES: dict[Standing, int] = {"complete": 0, "incomplete": 1, "not_run": 2}


class Said(NamedTuple):
    """A text for people in both languages; what a ward or a program wrote stands in both as it is."""

    vi: str
    en: str


@dataclass(frozen=True)
class Unit:
    """A ward, or a district's own counter: its key and its name."""

    key: str
    name: Said


@dataclass(frozen=True)
class Strip:
    """A unit over the last nights, the oldest first, as many as `Morning.nights`."""

    unit: Unit
    marks: tuple[Mark, ...]

    @property
    def missing_in_a_row(self) -> int:
        """For how many nights, the last one included, it brought nothing; a night that nobody ran does not count."""
        count = 0
        for mark in reversed(self.marks):
            if mark in ("held", "postponed", "failed"):
                count += 1
            elif mark != "not_run":
                break
        return count


@dataclass(frozen=True)
class Counts:
    """The records of a night: read = accepted + quarantined + unchanged, over all that was committed."""

    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    unchanged: int = 0

    @property
    def adds_up(self) -> bool:
        """Whether no record was lost."""
        return self.read == self.accepted + self.quarantined + self.unchanged


@dataclass(frozen=True)
class ToDo:
    """Something that needs a person: which units, what happened, what to do, who does it, and with which command.

    Attributes:
        units: empty for what concerns the whole district.
        detail: what the step itself said, in English, for the engineer.
    """

    units: tuple[Unit, ...]
    what: Said
    do: Said
    who: Role
    command: str | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Refused:
    """Records of a unit that were refused in the night for the same reasons, and how many wait for a correction still.

    Attributes:
        rules: the codes of the rules that each of them broke.
        place: the first of them: its file, or where else the source has it.
        row: its row there; None where the source counts none.
        others: how many more places there are.
    """

    unit: Unit
    record_kind: str
    rules: tuple[str, ...]
    reason: Said
    records: int
    open: int
    place: str
    row: int | None
    others: int


@dataclass(frozen=True)
class Waiting:
    """Records of a unit that were refused in nights before and wait for a correction still."""

    unit: Unit
    records: int
    first: date
    last: date


@dataclass(frozen=True)
class Held:
    """A batch that waits for a person, and the command that lets it in; None where only a mended mapping does."""

    unit: Unit
    record_kind: str
    night: date
    why: Said
    command: str | None


@dataclass(frozen=True)
class Build:
    """A build of the warehouse: when it ended, the tests that passed, warned and failed."""

    build_id: str
    built_at: datetime
    passed: int
    warned: int
    failed: int


@dataclass(frozen=True)
class Warehouse:
    """What analysts see.

    Attributes:
        published_at: None while nothing is published.
        builds: the published builds, the newest first.
        failed: the last build, when it came after what is published and did not pass: what it says.
        behind: one line when nights are committed that no published build has.
    """

    published_at: datetime | None
    builds: tuple[Build, ...] = ()
    failed: str | None = None
    behind: str | None = None


@dataclass(frozen=True)
class Note:
    """What looked odd and lost nothing: it was loaded all the same.

    Attributes:
        text: what the step itself said, in English, for the engineer.
    """

    unit: Unit
    what: Said
    text: str


@dataclass(frozen=True)
class Morning:
    """Everything that is said of a district's night.

    Attributes:
        time_zone: the district's; every instant is shown in it.
        told_at: when this was found.
        expected, arrived: units in force, and those of which everything came.
        missing: units of which something has not come yet.
        late: units of which something came with a later night.
        waiting: what is open still of nights before this one.
        nights: the dates of `strips`, the oldest first; the last one is the night.
        problems: one line for each wrong entry of the registry.
    """

    district: str
    name: Said
    time_zone: str
    night: date
    told_at: datetime
    standing: Standing
    verdict: Said
    expected: int
    arrived: int
    missing: tuple[Unit, ...]
    late: tuple[Unit, ...]
    counts: Counts
    to_do: tuple[ToDo, ...]
    refused: tuple[Refused, ...]
    waiting: tuple[Waiting, ...]
    held: tuple[Held, ...]
    notes: tuple[Note, ...]
    nights: tuple[date, ...]
    strips: tuple[Strip, ...]
    warehouse: Warehouse
    problems: tuple[str, ...] = ()

    @property
    def refused_records(self) -> int:
        """Records that are in the night's quarantine."""
        return sum(one.records for one in self.refused)

    @property
    def open_records(self) -> int:
        """Of them, those that wait for a correction or a decision still."""
        return sum(one.open for one in self.refused)

    @property
    def waiting_records(self) -> int:
        """Records of nights before that wait for a correction or a decision still."""
        return sum(one.records for one in self.waiting)

    @property
    def exit_code(self) -> int:
        """0 complete, 1 incomplete, 2 not run."""
        return EXIT_CODES[self.standing]


def as_data(value: Any) -> Any:
    """A morning, or a part of one, as lists and dictionaries; dates in ISO form, texts by language."""
    if isinstance(value, Said):
        return value._asdict()
    if isinstance(value, tuple):
        return [as_data(one) for one in value]
    if isinstance(value, Morning):
        more = {
            name: getattr(value, name) for name in ("refused_records", "open_records", "waiting_records", "exit_code")
        }
        return {**_parts(value), **more}
    if is_dataclass(value):
        return _parts(value)
    return value.isoformat() if isinstance(value, date) else value


def _parts(value: Any) -> dict[str, Any]:
    return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
