"""What people decided about reporting periods: reviewed, closed, reopened; an append-only log of each district.

    periods/<district>/<number>.json          one decision about a ward's or the district's period; never changed
    looked/<district>/<figures_hash>.json     the figures that a reviewer saw
    closed/<district>/<snapshot>/*.parquet    the figures as they were reported, and the records behind them

One journal (see `journal`) for a whole district, because the district's step rests on its wards' steps: who comes
second looks at all of them again before deciding anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import pyarrow as pa

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake import journal
from ward_warehouse.lake.store import Lake, LakeRecord

Step = Literal["reviewed", "closed", "reopened"]
State = Literal["provisional", "reviewed", "closed"]
STATES: tuple[State, ...] = ("provisional", "reviewed", "closed")

FIGURES_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("snapshot_id", "indicator_code")),
        ("indicator_version", pa.int32()),
        *((name, pa.string()) for name in ("ward_key", "district_code", "period_grain")),
        *((name, pa.date32()) for name in ("period_start", "period_end")),
        *((name, pa.int64()) for name in ("numerator", "denominator")),
        ("value", pa.float64()),
        ("value_note", pa.string()),
        ("target", pa.float64()),
        ("target_met", pa.bool_()),
        *((name, pa.int32()) for name in ("wards_reporting", "wards_expected")),
    ]
)
EVIDENCE_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("snapshot_id", "indicator_code", "record_kind", "record_key")),
        *((name, pa.bool_()) for name in ("in_numerator", "in_denominator")),
        *((name, pa.int64()) for name in ("numerator_quantity", "denominator_quantity")),
        ("counted_value", pa.string()),
    ]
)

CLOSED = "closed"
"""The zone of what closings kept."""

LOOKED = "looked"
"""The zone of what reviewers saw."""

GRAINS: tuple[tuple[str, str, int], ...] = (
    (r"(\d{4})-(0[1-9]|1[0-2])", "month", 1),
    (r"(\d{4})-Q([1-4])", "quarter", 3),
    (r"(\d{4})-H([12])", "half_year", 6),
    (r"(\d{4})()", "year", 12),
    (r"(\d{4})-([1-9]|1[0-2])M", "year_to_date", 0),
)
"""How a period is written, its grain and its length in months; 2011-9M is the first nine months of 2011."""


@dataclass(frozen=True)
class Period:
    """A reporting period by its grain and its first and last day; `name` is how people write it."""

    name: str
    grain: str
    start: date
    end: date


def parse_period(text: str) -> Period:
    """The period that a text such as 2018-06, 2018-Q2, 2018-H1, 2018 or 2018-9M names.

    Raises:
        WardWarehouseError: it names none.
    """
    for pattern, grain, months in GRAINS:
        found = re.fullmatch(pattern, text)
        if found and int(found[1]) > 0:
            year, number = int(found[1]), int(found[2] or 1)
            first = 1 if grain == "year_to_date" else (number - 1) * months + 1
            last = number if grain == "year_to_date" else first + months - 1
            return Period(text, grain, date(year, first, 1), _month_end(year, last))
    raise WardWarehouseError(
        f"period: found {text!r}, expected a month 2018-06, a quarter 2018-Q2, a half-year 2018-H1, a year 2018 or the "
        "first nine months 2018-9M"
    )


def period_name(grain: str, start: date, end: date) -> str:
    """How people write a period: what `parse_period` reads."""
    suffix = {
        "month": f"-{start.month:02d}",
        "quarter": f"-Q{(start.month + 2) // 3}",
        "half_year": f"-H{1 if start.month < 7 else 2}",
        "year": "",
        "year_to_date": f"-{end.month}M",
    }
    return f"{start.year:04d}{suffix[grain]}"


def _month_end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


@dataclass(frozen=True)
class Unit:
    """Who a decision is about: a ward, or with `ward` None its whole district."""

    district: str
    ward: str | None = None

    def __str__(self) -> str:
        return f"district {self.district}" if self.ward is None else f"ward {self.ward}"

    @property
    def option(self) -> str:
        """How a command names it."""
        return f"--district {self.district}" if self.ward is None else f"--ward {self.ward}"


class PeriodDecision(LakeRecord):
    """One decision about one period of a ward, or of a district when `ward` is None.

    Attributes:
        as_of: the district's newest night in the warehouse that was looked at.
        built_at: when that warehouse was built: what the lake got later is not in its figures.
        figures_hash: of the figures that were looked at; empty when a period is reopened.
        snapshot_id: the figures as reported, when the period was closed.
    """

    number: int
    district: str
    ward: str | None
    grain: str
    period_start: date
    period_end: date
    state: Step
    by: str
    at: datetime
    reason: str
    as_of: date | None = None
    built_at: datetime | None = None
    figures_hash: str = ""
    snapshot_id: str = ""

    @property
    def unit(self) -> Unit:
        """Who it is about."""
        return Unit(self.district, self.ward)

    @property
    def stands(self) -> State:
        """The state it leaves the period in: what is reopened is provisional again."""
        return "provisional" if self.state == "reopened" else self.state


class LookedFigures(LakeRecord):
    """The figures of a unit and period as a reviewer saw them: what a decision's `figures_hash` is of."""

    rows: list[dict[str, Any]]


@dataclass(frozen=True)
class PeriodLog:
    """The decisions about a district's periods as they stand, by number."""

    district: str
    decisions: tuple[PeriodDecision, ...]

    @property
    def number(self) -> int:
        """The newest decision's number; 0 when there is none."""
        return self.decisions[-1].number if self.decisions else 0

    def newest(self, unit: Unit, period: Period) -> PeriodDecision | None:
        """The decision that counts for a unit and period."""
        key = (unit, period.grain, period.start, period.end)
        for one in reversed(self.decisions):
            if (one.unit, one.grain, one.period_start, one.period_end) == key:
                return one
        return None

    def state(self, unit: Unit, period: Period) -> State:
        """Where the period stands: provisional until somebody decides."""
        found = self.newest(unit, period)
        return found.stands if found else "provisional"


def folder(district: str) -> str:
    """Where the decisions about a district's periods are."""
    return f"periods/{district}"


def decided_districts(lake: Lake) -> list[str]:
    """The districts about whose periods something was decided."""
    return lake.folders("periods")


def figures_path(district: str, snapshot_id: str) -> str:
    """Where the figures of a closing are, with `FIGURES_SCHEMA`."""
    return f"{CLOSED}/{district}/{snapshot_id}/figures.parquet"


def evidence_path(district: str, snapshot_id: str) -> str:
    """Where the records behind them are, with `EVIDENCE_SCHEMA`; older files are without `counted_value`."""
    return f"{CLOSED}/{district}/{snapshot_id}/evidence.parquet"


def keep_looked(lake: Lake, district: str, figures_hash: str, rows: list[dict[str, Any]]) -> None:
    """Keeps the figures that somebody looked at, under what a decision names them by; the same are kept once.

    Raises:
        LakeError: the lake cannot be written.
    """
    lake.create(_looked_path(district, figures_hash), LookedFigures(rows=rows).model_dump_json().encode())


def read_looked(lake: Lake, district: str, figures_hash: str) -> list[dict[str, Any]] | None:
    """The figures of that hash; None when an earlier version kept none.

    Raises:
        LakeError: they are damaged.
    """
    found = lake.read_record(_looked_path(district, figures_hash), LookedFigures)
    return found.rows if found else None


def _looked_path(district: str, figures_hash: str) -> str:
    return f"{LOOKED}/{district}/{figures_hash}.json"


def read_periods(lake: Lake, district: str, after: int = 0) -> PeriodLog:
    """The log of a district, from the number after `after` on.

    Raises:
        LakeError: a decision is damaged.
    """
    read = [lake.read_record(name, PeriodDecision) for name in journal.entries(lake, folder(district), after=after)]
    return PeriodLog(district, tuple(one for one in read if one is not None))


def append(lake: Lake, decision: PeriodDecision) -> bool:
    """Adds a decision under its number; False when another one came in between, and nothing was decided.

    Raises:
        LakeError: the lake cannot be written.
    """
    return journal.claim(lake, folder(decision.district), decision.number, decision.model_dump_json().encode())
