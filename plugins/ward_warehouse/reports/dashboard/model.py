"""A district's year as data: what every page of its dashboard shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ward_warehouse.reports.morning.model import Said
from ward_warehouse.reports.periodic.model import Figure


@dataclass(frozen=True)
class Period:
    """A month, quarter, half-year or the year itself, as `lake.period_log` names it."""

    name: str
    grain: str
    label: Said
    is_complete: bool
    is_closed: bool


@dataclass(frozen=True)
class Unit:
    """A ward, an office or, once, the district."""

    key: str
    name: Said
    is_district: bool


@dataclass(frozen=True)
class Indicator:
    """What the newest version of an indicator in the year means."""

    code: str
    version: int
    name: Said
    description: Said
    source: Said
    unit: str
    theme: str


@dataclass(frozen=True)
class Part:
    """One member of a breakdown of the district's year."""

    name: Said
    figure: Figure


@dataclass(frozen=True)
class Breakdown:
    """An indicator's year by one dimension, the largest members first."""

    dimension: str
    parts: Sequence[Part]


@dataclass(frozen=True)
class DistrictYear:
    """The figures of a district and a year; `units` ends with the district.

    `figures` gives a figure by indicator, unit and name of the period; there is none where the warehouse has no row.
    """

    district: str
    name: Said
    year: int
    as_of: date | None
    built_at: datetime
    periods: Sequence[Period]
    units: Sequence[Unit]
    indicators: Mapping[str, Indicator]
    themes: Mapping[str, Said]
    figures: Mapping[tuple[str, str, str], Figure]
    breakdowns: Mapping[str, Sequence[Breakdown]]
    notes: Mapping[str, Said]

    @property
    def whole(self) -> Unit:
        """The district among the units."""
        return self.units[-1]

    def of(self, code: str, unit: str) -> list[Figure | None]:
        """An indicator's figures of a unit, in the order of the periods."""
        return [self.figures.get((code, unit, period.name)) for period in self.periods]

    def side(self, code: str, unit: str, period: str) -> int:
        """-1 where a unit is below its district beyond chance, 1 where it is above it, 0 otherwise."""
        figure, whole = self.figures.get((code, unit, period)), self.figures.get((code, self.district, period))
        if figure is None or whole is None or figure.value is None or whole.value is None or not figure.differs:
            return 0
        return 1 if figure.value > whole.value else -1

    def has_value(self, code: str, unit: str) -> bool:
        """Whether any period has a value, or hides one."""
        return any(
            figure is not None and (figure.value is not None or (figure.note or "").startswith("suppressed"))
            for figure in self.of(code, unit)
        )

    def units_of(self, code: str) -> list[Unit]:
        """Units with a value of an indicator in the year, the district last."""
        return [unit for unit in self.units if self.has_value(code, unit.key)]

    def indicators_of(self, unit: str) -> list[Indicator]:
        """Indicators with a value of a unit in the year, in the order of the dictionary."""
        return [one for one in self.indicators.values() if self.has_value(one.code, unit)]

    def months(self) -> list[Period]:
        """The months among the periods."""
        return [period for period in self.periods if period.grain == "month"]
