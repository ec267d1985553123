"""A periodic report as data: what every format of it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ward_warehouse.lake.period_log import Period
from ward_warehouse.reports.periodic.content import RECEIVED
from ward_warehouse.reports.vietnamese import change_text, value_text

BLANK = "–"
CLOSED, PROVISIONAL = "ĐÃ KHÓA", "TẠM TÍNH"


@dataclass(frozen=True)
class Figure:
    """A unit's value of an indicator in the report's period, with what it is compared with.

    `low` and `high` are the bounds of the 95 % interval of a share (Wilson); `differs` says whether the district's
    share lies outside them. `before` and `year_before` are values by the same version of the definition.
    """

    indicator_code: str
    indicator_version: int
    unit_key: str
    unit: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    note: str | None = None
    note_text: str | None = None
    target: float | None = None
    target_met: bool | None = None
    before: float | None = None
    year_before: float | None = None
    low: float | None = None
    high: float | None = None
    differs: bool | None = None
    wards_reporting: int = 0
    wards_expected: int = 0

    @property
    def text(self) -> str:
        """The value as people read it, or why there is none."""
        return self.note_text or BLANK if self.value is None else value_text(self.value, self.unit)

    @property
    def short_text(self) -> str:
        """The value, or a dash: a cell of a table, whose reasons stand below it."""
        return BLANK if self.value is None else value_text(self.value, self.unit)

    @property
    def change(self) -> str:
        """The difference to the period before, or nothing where one of the two is absent."""
        return self._difference(self.before)

    @property
    def change_on_year(self) -> str:
        """The difference to the same period a year before, or nothing where one of the two is absent."""
        return self._difference(self.year_before)

    def _difference(self, other: float | None) -> str:
        return "" if self.value is None or other is None else change_text(self.value - other, self.unit)


@dataclass(frozen=True)
class Definition:
    """What an indicator is, for the annex."""

    code: str
    version: int
    name: str
    description: str
    source: str
    unit: str
    kind: str


@dataclass(frozen=True)
class UnitRow:
    """A ward or, at the end of a table, the district."""

    key: str
    name: str
    is_district: bool
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Share:
    """A part of a whole: a channel, a level."""

    name: str
    count: float | None
    share: float | None


@dataclass(frozen=True)
class Points:
    """A line of a scorecard: what was reached of what could be, or why it is not known."""

    name: str
    points: float | None
    possible: float
    note_text: str | None
    is_total: bool = False


@dataclass(frozen=True)
class Scorecard:
    """A scorecard of the district: its lines, the total last, and a remark."""

    name: str
    lines: Sequence[Points]
    remark: str = ""


@dataclass(frozen=True)
class TrendPoint:
    """A month of a share with its interval; `label_en` for a page that is read in English too."""

    label: str
    value: float
    low: float
    high: float
    label_en: str = ""


@dataclass(frozen=True)
class Gap:
    """Why figures are absent: the reason, and the indicators with the units that lack them."""

    reason: str
    names: Sequence[str]


@dataclass(frozen=True)
class PeriodicReport:
    """All that a report says; `rows` ends with the district, or holds the one ward and the district.

    `changes` says which units came or went in the period; it is empty where none did.
    """

    district_code: str
    district_name: str
    unit_key: str
    unit_name: str
    office: str
    period: Period
    period_label: str
    before_label: str
    is_closed: bool
    closed_at: datetime | None
    as_of: date | None
    built_at: datetime
    rows: Sequence[UnitRow]
    definitions: Mapping[str, Definition]
    findings: Sequence[str] = ()
    trend: Sequence[TrendPoint] = ()
    channels: Sequence[Share] = ()
    levels: Sequence[Share] = ()
    scorecards: Sequence[Scorecard] = ()
    gaps: Sequence[Gap] = ()
    missing_wards: Sequence[str] = field(default_factory=tuple)
    changes: str = ""

    @property
    def subject(self) -> UnitRow:
        """The unit that the report is about."""
        return next(row for row in self.rows if row.key == self.unit_key)

    @property
    def wards(self) -> Sequence[UnitRow]:
        """The rows of wards, without the district."""
        return [row for row in self.rows if not row.is_district]

    @property
    def district(self) -> UnitRow:
        """The district's row."""
        return next(row for row in self.rows if row.is_district)

    @property
    def is_of_ward(self) -> bool:
        """Whether it is about one ward of the district."""
        return self.unit_key != self.district_code

    @property
    def heading_of_units(self) -> str:
        """What stands above the table of units."""
        return "So với toàn quận" if self.is_of_ward else "Theo đơn vị, từ thấp đến cao về đúng hạn"

    @property
    def missing(self) -> str:
        """The names of those that have not sent all; a ward's own report says it of the ward without its name."""
        return "" if self.is_of_ward else ", ".join(self.missing_wards)

    @property
    def reporting(self) -> str:
        """How many of the units that owe dossiers have sent them; an office that keeps none owes none."""
        if self.is_of_ward:
            return "đơn vị còn thiếu số liệu" if self.missing_wards else "đơn vị đã gửi đủ số liệu"
        figures = self.district.figures
        received = figures.get(RECEIVED) or max(figures.values(), key=lambda one: one.wards_expected)
        return f"{received.wards_reporting} trên {received.wards_expected} đơn vị có số liệu"

    @property
    def state(self) -> str:
        """What stands on top of every page."""
        return CLOSED if self.is_closed else PROVISIONAL

    @property
    def title(self) -> str:
        """The heading."""
        return f"Kết quả giải quyết thủ tục hành chính {self.period_label[0].lower()}{self.period_label[1:]}"

    @property
    def full_title(self) -> str:
        """The heading, of a ward's report with the ward's name."""
        return f"{self.title}: {self.unit_name}" if self.is_of_ward else self.title
