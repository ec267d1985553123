"""A district's year from the published warehouse: the figures as readers see them, closed ones as they were closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake.period_log import period_name
from ward_warehouse.reports.as_closed import CLOSINGS, SAME_INTERVAL, shown
from ward_warehouse.reports.dashboard.model import Breakdown, DistrictYear, Indicator, Part, Period, Unit
from ward_warehouse.reports.dashboard.words import MEMBERS
from ward_warehouse.reports.morning.model import Said
from ward_warehouse.reports.periodic.model import Figure
from ward_warehouse.reports.spans import Span, read_spans
from ward_warehouse.reports.vietnamese import name_order
from ward_warehouse.warehouse.published import open_published

GRAINS = ("month", "quarter", "half_year", "year")

_FIGURES = f"""
WITH closed AS (
    {CLOSINGS}
      AND district_code = $district AND year(period_start) = $year
)
SELECT named.indicator_code, named.indicator_version, named.unit_key, named.unit, named.period_grain,
       named.period_start, named.period_end, named.period_label_vi, named.period_label_en, named.is_complete,
       named.unit_kind, named.unit_name_vi, named.unit_name_en,
       closed.closing_key IS NOT NULL AS is_closed,
       {shown("value")} AS value,
       {shown("numerator")} AS numerator,
       {shown("denominator")} AS denominator,
       {shown("value_note")} AS note,
       {shown("target")} AS target,
       {shown("target_met")} AS target_met,
       interval.value_low AS low, interval.value_high AS high, interval.differs_from_district AS differs,
       interval.district_value
FROM analyst.indicators_named AS named
LEFT JOIN closed
    ON closed.indicator_code = named.indicator_code AND closed.ward_key IS NOT DISTINCT FROM named.ward_key
        AND closed.period_grain = named.period_grain AND closed.period_start = named.period_start
        AND closed.period_end = named.period_end
LEFT JOIN analyst.indicators_interval AS interval
    ON interval.district_code = $district AND interval.unit_key = named.unit_key
        AND interval.indicator_code = named.indicator_code
        AND interval.indicator_version = named.indicator_version
        AND interval.period_grain = named.period_grain AND interval.period_start = named.period_start
        AND interval.period_end = named.period_end
        AND {SAME_INTERVAL}
WHERE named.district_code = $district AND year(named.period_start) = $year
  AND list_contains($grains, named.period_grain)
ORDER BY named.period_start, named.period_end"""  # noqa: S608 - our own words

_PARTS = """
SELECT parts.indicator_code, parts.indicator_version, parts.dimension, parts.member, parts.numerator,
       parts.denominator, parts.value, parts.value_note, indicators.unit,
       names.name_vi AS procedure_vi, names.name_en AS procedure_en
FROM marts.indicator_breakdowns AS parts
INNER JOIN marts.dim_indicator AS indicators USING (indicator_code, indicator_version)
LEFT JOIN (
    SELECT procedure_code, min(name_vi) AS name_vi, arg_min(name_en, name_vi) AS name_en
    FROM marts.dim_procedure WHERE district_code = $district GROUP BY procedure_code
) AS names ON parts.dimension = 'procedure' AND names.procedure_code = parts.member
WHERE parts.district_code = $district AND parts.ward_key IS NULL AND parts.period_grain = 'year'
  AND year(parts.period_start) = $year
ORDER BY parts.indicator_code, parts.dimension, coalesce(parts.denominator, parts.numerator) DESC NULLS LAST,
    parts.member"""


def read_year(published: Path, district: str, year: int | None, themes: Mapping[str, Said]) -> DistrictYear:
    """A district's year.

    Args:
        published: the published file.
        district: a district code.
        year: of the periods; None for the newest that has figures.
        themes: titles of the indicators' themes, in the order in which people read them.

    Raises:
        WardWarehouseError: the warehouse has no such district or year; those that it has are named.
        BuildError: there is no published warehouse.
    """
    with open_published(published) as db:
        chosen = _find_year(db, district, year)
        wanted = {"district": district, "year": chosen}
        rows = _rows(db, _FIGURES, wanted | {"grains": list(GRAINS)})
        head = _rows(
            db,
            "SELECT district_name_vi, district_name_en, district_as_of, "
            "(SELECT max(built_at) FROM audit.build_results) AS built_at "
            "FROM marts.dim_ward WHERE unit_kind = 'district' AND district_code = $district",
            {"district": district},
        )[0]
        notes = db.execute("SELECT value_note, text_vi, text_en FROM marts.dim_value_note").fetchall()
        return DistrictYear(
            district=district,
            name=Said(head["district_name_vi"], head["district_name_en"]),
            year=chosen,
            as_of=head["district_as_of"],
            built_at=head["built_at"],
            periods=_periods(rows),
            units=_units(rows, read_spans(db, district, date(chosen, 1, 1), date(chosen, 12, 31))),
            indicators=_indicators(db, rows),
            themes=themes,
            figures=_figures(rows),
            breakdowns=_breakdowns(_rows(db, _PARTS, wanted)),
            notes={str(note): Said(vi, en) for note, vi, en in notes},
        )


def _find_year(db: duckdb.DuckDBPyConnection, district: str, year: int | None) -> int:
    found = db.execute(
        "SELECT DISTINCT district_code, year(period_start) FROM marts.reform_indicators WHERE period_grain = 'month' "
        "ORDER BY 1, 2"
    ).fetchall()
    years = [int(one) for code, one in found if code == district]
    if not years:
        known = ", ".join(dict.fromkeys(str(code) for code, _ in found)) or "none, because nothing was loaded yet"
        raise WardWarehouseError(f"dashboard: found district {district!r}, expected one of {known}")
    if year is not None and year not in years:
        raise WardWarehouseError(
            f"dashboard: found year {year} of {district}, expected one of {', '.join(map(str, years))}"
        )
    return years[-1] if year is None else year


def _rows(db: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    found = db.execute(query, parameters)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _name(row: dict[str, Any]) -> str:
    return period_name(row["period_grain"], row["period_start"], row["period_end"])


def _periods(rows: list[dict[str, Any]]) -> list[Period]:
    """The year first, then halves, quarters and months; a period is closed when its district's figures are."""
    closed = {_name(row) for row in rows if row["is_closed"] and row["unit_kind"] == "district"}
    found: dict[str, tuple[int, date, Period]] = {}
    for row in rows:
        name = _name(row)
        label = Said(row["period_label_vi"], row["period_label_en"])
        one = Period(name, row["period_grain"], label, bool(row["is_complete"]), name in closed)
        found[name] = (-GRAINS.index(one.grain), row["period_start"], one)
    return [one for *_, one in sorted(found.values(), key=lambda item: item[:2])]


def _units(rows: list[dict[str, Any]], spans: dict[str, Span]) -> list[Unit]:
    units = {
        row["unit_key"]: Unit(
            row["unit_key"], _span_named(row, spans.get(row["unit_key"])), row["unit_kind"] == "district"
        )
        for row in rows
    }
    return sorted(units.values(), key=lambda unit: (unit.is_district, name_order(unit.name.vi), unit.key))


def _span_named(row: dict[str, Any], span: Span | None) -> Said:
    days = span.said if span else Said("", "")
    return Said(row["unit_name_vi"] + days.vi, row["unit_name_en"] + days.en)


def _indicators(db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> dict[str, Indicator]:
    newest: dict[str, int] = {}
    for row in rows:
        newest[row["indicator_code"]] = max(row["indicator_version"], newest.get(row["indicator_code"], 0))
    found = db.execute(
        "SELECT indicator_code, indicator_version, name_vi, name_en, description_vi, description_en, source_vi, "
        "source_en, unit, theme FROM marts.dim_indicator ORDER BY display_order, indicator_version"
    ).fetchall()
    return {
        code: Indicator(code, version, Said(*texts[0:2]), Said(*texts[2:4]), Said(*texts[4:6]), texts[6], texts[7])
        for code, version, *texts in found
        if newest.get(code) == version
    }


def _figures(rows: list[dict[str, Any]]) -> dict[tuple[str, str, str], Figure]:
    figures = {}
    whole = {
        (row["indicator_code"], _name(row)): row["value"] for row in rows if row["unit_kind"] == "district"
    }  # fmt: skip
    for row in rows:
        code, name = row["indicator_code"], _name(row)
        figure = _figure(row)
        if whole.get((code, name)) != row["district_value"]:
            # The interval was compared with a district's share that is not the one shown.
            figure = replace(figure, differs=None)
        figures[code, row["unit_key"], name] = figure
    return figures


def _figure(row: dict[str, Any]) -> Figure:
    taken = ("value", "numerator", "denominator", "note", "target", "target_met", "low", "high", "differs")
    return Figure(
        row["indicator_code"], row["indicator_version"], row["unit_key"], row["unit"],
        **{name: row[name] for name in taken},
    )  # fmt: skip


def _breakdowns(rows: list[dict[str, Any]]) -> dict[str, list[Breakdown]]:
    found: dict[str, dict[str, list[Part]]] = {}
    for row in rows:
        figure = Figure(
            row["indicator_code"], row["indicator_version"], row["member"], row["unit"], row["value"],
            row["numerator"], row["denominator"], row["value_note"],
        )  # fmt: skip
        parts = found.setdefault(row["indicator_code"], {}).setdefault(row["dimension"], [])
        parts.append(Part(_member(row), figure))
    return {
        code: [Breakdown(dimension, parts) for dimension, parts in dimensions.items()]
        for code, dimensions in found.items()
    }


def _member(row: dict[str, Any]) -> Said:
    member = row["member"]
    if row["procedure_vi"]:
        return Said(f"{member} {row['procedure_vi']}", f"{member} {row['procedure_en'] or row['procedure_vi']}")
    return MEMBERS.get((row["dimension"], member), Said(member, member))
