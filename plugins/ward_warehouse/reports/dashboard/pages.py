"""The pages of a district's year: each with its figures in it, as a table and as data for its filters.

The script of the filters stands beside them, once: a hundred copies of it were a third of all bytes. A page that is
sent alone shows the year's figures without filters.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ward_warehouse.core.pages import templates_of
from ward_warehouse.reports.dashboard.model import DistrictYear, Indicator, Period, Unit
from ward_warehouse.reports.dashboard.words import DIMENSIONS, HEADLINES
from ward_warehouse.reports.morning.model import Said
from ward_warehouse.reports.morning.words import clock
from ward_warehouse.reports.periodic.charts import interval_scale, trend_chart
from ward_warehouse.reports.periodic.model import Figure, TrendPoint
from ward_warehouse.reports.vietnamese import SPACE, count_text, day_text, value_text

_FOLDER = Path(__file__).resolve().parent / "templates"
# A hundred pages carry it: without what only its writers need.
_STYLE = re.sub(r"\s*([{};])\s*|([:,]) ", r"\1\2", (_FOLDER / "dashboard.css").read_text("utf-8"))
SCRIPT = "dashboard.js"
"""The one script that the pages run; it stands beside them."""

_TEMPLATES = templates_of(_FOLDER)
_TEMPLATES.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}


def write_pages(found: DistrictYear) -> Iterator[tuple[str, str]]:
    """Gives the name and the text of the script and of each page of a year; the page to begin with comes last."""
    yield SCRIPT, (_FOLDER / SCRIPT).read_text("utf-8")
    for indicator in found.indicators.values():
        if found.units_of(indicator.code):
            yield f"{indicator.code}.html", indicator_page(found, indicator)
    for unit in found.units:
        if not unit.is_district and found.indicators_of(unit.key):
            yield ward_file(unit), unit_page(found, unit)
    yield "index.html", unit_page(found, found.whole)


def ward_file(unit: Unit) -> str:
    """The page of a ward; no indicator's code begins like it."""
    return f"ward-{unit.key}.html"


def index_page(years: Sequence[tuple[str, Said, Sequence[int]]]) -> str:
    """The page that leads to all others.

    Args:
        years: of each district its code, its name and the years that have a folder, the newest first.
    """
    return _TEMPLATES.get_template("index.html").render(years=years)


def unit_page(found: DistrictYear, unit: Unit) -> str:
    """The page of the district or of a ward: all its indicators, and of the district its units."""
    series = Series(found)
    order = list(found.themes)
    shown = sorted(found.indicators_of(unit.key), key=lambda one: order.index(one.theme))
    rows = [
        (one, found.figures.get((one.code, unit.key, found.periods[0].name)), _target(found, one.code, unit))
        for one in shown
    ]
    for one in shown:
        series.add(one.code, unit, brief=True)
    units = [] if not unit.is_district else [
        (other, bool(found.indicators_of(other.key)), [series.add(code, other, brief=True) for code, _ in HEADLINES])
        for other in found.units
    ]  # fmt: skip
    return _render(
        "unit.html", found, series,
        unit=unit,
        themes=[(key, title, [row for row in rows if row[0].theme == key])
                for key, title in found.themes.items() if any(one.theme == key for one in shown)],
        units=units,
        headlines=HEADLINES,
        absent=_absent(found, unit),
        ward_file=ward_file,
    )  # fmt: skip


def indicator_page(found: DistrictYear, indicator: Indicator) -> str:
    """The page of an indicator: its trend, its units side by side, its breakdowns, and its evidence to download."""
    code, series = indicator.code, Series(found)
    units = found.units_of(code)
    figures = [one for unit in units for one in found.of(code, unit.key) if one is not None]
    scale = interval_scale([one for one in figures if one.unit_key != found.district])
    first = found.periods[0].name
    rows = [(unit, found.figures.get((code, unit.key, first))) for unit in units]
    for unit in units:
        series.add(code, unit)
    has_intervals = any(one.low is not None for one in figures)
    data = {
        "scale": [round(scale.low, 4), round(scale.high, 4), scale.start, scale.length] if has_intervals else None,
        "district": found.district,
        "name": found.name.vi,
        "code": code,
        "whole": len(units) - 1,
    }
    return _render(
        "indicator.html", found, series, data,
        i=indicator,
        rows=rows,
        has_intervals=has_intervals,
        trend=_trend(found, indicator),
        silent=[unit.name for unit in found.units if unit not in units],
        target=_target(found, code, found.whole),
        breakdowns=found.breakdowns.get(code, ()),
        dimensions=DIMENSIONS,
    )  # fmt: skip


class Series:
    """Figures by period as the page's script reads them, one text for each row; the notes that occur, once each."""

    def __init__(self, found: DistrictYear) -> None:
        self.found = found
        self.notes: list[str] = []
        self.rows: list[str] = []

    def add(self, code: str, unit: Unit, *, brief: bool = False) -> int:
        """Gives the place of an indicator's figures of a unit; `brief` leaves out what they are made of."""
        periods = [period.name for period in self.found.periods]
        packed = [
            self._packed(figure, self.found.side(code, unit.key, period), brief)
            for period, figure in zip(periods, self.found.of(code, unit.key), strict=True)
        ]
        self.rows.append("|".join(packed))
        return len(self.rows) - 1

    def _packed(self, figure: Figure | None, side: int, brief: bool) -> str:
        """Nothing without a row; # and a note's place without a value; else `packed_figure`."""
        if figure is None or (figure.value is None and not figure.note):
            return ""
        if figure.value is None:
            if figure.note not in self.notes:
                self.notes.append(str(figure.note))
            return f"#{self.notes.index(str(figure.note))}"
        return packed_figure(figure, side, brief)


def packed_figure(figure: Figure, side: int, brief: bool) -> str:
    """The value as it is shown, with + or - where it differs from the district.

    Behind it, unless it is to be brief: numerator, denominator, and the value where those do not give it.
    """
    shown = figure.short_text.replace(f"{SPACE}%", "%") + {-1: "-", 0: "", 1: "+"}[side]
    if brief:
        return shown
    n, of = figure.numerator, figure.denominator
    follows = figure.value == (n if of is None else n / of if n is not None and of else None)
    fields = [shown, *("" if one is None else f"{one:.17g}" for one in (n, of)), "" if follows else repr(figure.value)]
    return ";".join(fields).rstrip(";")


def _trend(found: DistrictYear, indicator: Indicator) -> Markup:
    """The district's months by the definition that holds at the year's end."""
    points = []
    for period in found.months():
        figure = found.figures.get((indicator.code, found.district, period.name))
        if figure is not None and figure.value is not None and figure.indicator_version == indicator.version:
            low, high = (figure.value if bound is None else bound for bound in (figure.low, figure.high))
            month = int(period.name.rpartition("-")[2])
            points.append(TrendPoint(f"T{month}", figure.value, low, high, f"{date(found.year, month, 1):%b}"))
    return trend_chart(points, indicator.name.vi, indicator.unit, name_en=indicator.name.en)


def _target(found: DistrictYear, code: str, unit: Unit) -> tuple[str, bool | None] | None:
    """The target of the year, and whether it is met."""
    figure = found.figures.get((code, unit.key, found.periods[0].name))
    if figure is None or figure.target is None:
        return None
    return value_text(figure.target, figure.unit), figure.target_met


def _absent(found: DistrictYear, unit: Unit) -> list[tuple[Said, list[Said]]]:
    """Why indicators have no value in any period, and which."""
    reasons: dict[str, list[Said]] = {}
    for one in found.indicators.values():
        if not found.has_value(one.code, unit.key):
            notes = [figure.note for figure in found.of(one.code, unit.key) if figure is not None and figure.note]
            reasons.setdefault(notes[0] if notes else "not_reported", []).append(one.name)
    return [(found.notes.get(note, Said(note, note)), names) for note, names in sorted(reasons.items())]


def _render(
    template: str, found: DistrictYear, series: Series, data: dict[str, Any] | None = None, **parts: Any
) -> str:
    notes = [found.notes.get(note, Said(note, note)) for note in series.notes]
    return _TEMPLATES.get_template(template).render(
        d=found,
        script=SCRIPT,
        style=Markup(_STYLE),  # noqa: S704 - our own file
        # Drawn for each page: no name in it can bring a script that has the mark. A digest is no use on a file share,
        # where a browser compares none.
        mark=secrets.token_urlsafe(12),
        as_of=_day(found.as_of) if found.as_of else None,
        built=clock(found.built_at),
        count=count_text,
        note_of=lambda figure: found.notes.get(figure.note, Said(figure.note, figure.note)),
        data={
            "periods": [period.name for period in found.periods],
            "states": "".join(map(_state, found.periods)),
            "figures": series.rows,
            "notes": [list(note) for note in notes],
            **(data or {}),
        },
        **parts,
    )


def _day(day: date) -> Said:
    return Said(day_text(day), f"{day.day} {day:%b %Y}")


def _state(period: Period) -> str:
    """Closed, provisional, or open because the period is not over; the page's script has the words."""
    return "c" if period.is_closed else "p" if period.is_complete else "o"
