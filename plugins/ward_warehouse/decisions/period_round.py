"""One period of a whole district, unit by unit: the figures, what changed since somebody looked, what is missing.

A person looks at all of it at once and decides once; the decisions are each unit's own, wards first, and each about
the figures that were shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.decisions.period_desk import Looked, PeriodDesk
from ward_warehouse.decisions.period_rules import wards_of
from ward_warehouse.lake.period_log import Period, PeriodDecision, PeriodLog, State, Unit, read_looked, read_periods

Round = Literal["review", "close"]
NOT_REPORTED = "not_reported"
VALUES = ("numerator", "denominator", "value", "value_note")

Figure = dict[str, Any]
"""A row of `FIGURES_SCHEMA` by its columns."""


@dataclass(frozen=True)
class Change:
    """An indicator that is another one than at the last look; None where it was not there, or is no more."""

    indicator: str
    before: Figure | None
    after: Figure | None


@dataclass(frozen=True)
class UnitLook:
    """What a person sees of a unit before deciding.

    Attributes:
        figures: by indicator.
        changes: since the last look; None when nobody looked yet, or kept no figures then.
        last: the decision that stands.
        figures_hash: what a decision about these figures names.
        refused: why nothing can be decided about the unit; None when something can.
    """

    unit: Unit
    state: State
    last: PeriodDecision | None
    figures: dict[str, Figure]
    figures_hash: str
    changes: tuple[Change, ...] | None
    refused: str | None = None

    @property
    def not_reported(self) -> list[str]:
        """The indicators that the unit did not report, or a ward of the district did not."""
        return [
            code
            for code, row in self.figures.items()
            if row["value_note"] == NOT_REPORTED or (row["wards_reporting"] or 0) < (row["wards_expected"] or 0)
        ]

    @property
    def as_reviewed(self) -> bool:
        """Whether the figures are those of the review that stands."""
        return self.last is not None and self.state == "reviewed" and self.last.figures_hash == self.figures_hash

    def waits_for(self, step: Round) -> bool:
        """Whether the step is still to be done; a step that was done is not done again."""
        if self.refused or self.state == "closed":
            return False
        return step == "close" or not self.as_reviewed


def look(desk: PeriodDesk, district: str, period: Period) -> list[UnitLook]:
    """Every ward of the district that is in force in the period, then the district.

    Raises:
        WardWarehouseError: the period is not over, or nothing is published.
    """
    log = read_periods(desk.lake, district)
    units = [*wards_of(desk.registry, district, period), Unit(district)]
    found = desk.look_at(units, period)
    looks = [_look(desk, log, unit, period, looked) for unit, looked in zip(units, found, strict=True)]
    if all(one.refused for one in looks):
        raise WardWarehouseError(str(looks[-1].refused))
    return looks


def decide(
    desk: PeriodDesk, looks: list[UnitLook], period: Period, step: Round
) -> Iterator[PeriodDecision | WardWarehouseError]:
    """Takes the step for every unit that waits for it, wards first; gives each decision, or why it was refused.

    A decision that was refused leaves the others alone; the district's own is then refused as well. Run again, the
    round goes on where it stopped.
    """
    for one in looks:
        if one.waits_for(step):
            take = desk.review if step == "review" else desk.close
            try:
                yield take(one.unit, period, one.figures_hash)
            except WardWarehouseError as error:
                yield error


def _look(
    desk: PeriodDesk, log: PeriodLog, unit: Unit, period: Period, looked: Looked | WardWarehouseError
) -> UnitLook:
    state, last = log.state(unit, period), log.newest(unit, period)
    if isinstance(looked, WardWarehouseError):
        return UnitLook(unit, state, last, {}, "", None, str(looked))
    figures = {row["indicator_code"]: row for row in looked.figures.to_pylist()}
    seen = read_looked(desk.lake, unit.district, last.figures_hash) if last and last.figures_hash else None
    changes = None if seen is None else _changes({row["indicator_code"]: row for row in seen}, figures)
    return UnitLook(unit, state, last, figures, looked.hash, changes)


def _changes(before: dict[str, Figure], after: dict[str, Figure]) -> tuple[Change, ...]:
    return tuple(
        Change(code, before.get(code), after.get(code))
        for code in sorted(before.keys() | after.keys())
        if _values(before.get(code)) != _values(after.get(code))
    )


def _values(row: Figure | None) -> tuple[Any, ...] | None:
    return None if row is None else tuple(row[name] for name in VALUES)
