"""A periodic report from the published warehouse: its views for people, and what was closed as it was closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.lake.period_log import Period
from ward_warehouse.reports.as_closed import CLOSINGS, SAME_INTERVAL, shown
from ward_warehouse.reports.periodic.content import CHANNELS, CODES, COLUMNS, LEVELS, SATISFIED
from ward_warehouse.reports.periodic.findings import find
from ward_warehouse.reports.periodic.model import (
    Definition,
    Figure,
    Gap,
    PeriodicReport,
    Share,
    TrendPoint,
    UnitRow,
)
from ward_warehouse.reports.periodic.scorecards import read_scorecards
from ward_warehouse.reports.spans import Span, read_spans, say_changes
from ward_warehouse.reports.vietnamese import name_order
from ward_warehouse.warehouse.published import open_published

_FIGURES = f"""
WITH closed AS (
    {CLOSINGS}
      AND district_code = $district AND period_grain = $grain
      AND period_start = $start AND period_end = $end
)
SELECT named.indicator_code, named.indicator_version, named.unit_key, named.unit_name_vi AS unit_name,
       named.unit_kind, named.unit, named.period_label_vi AS period_label,
       {shown("value")} AS value,
       {shown("numerator")} AS numerator,
       {shown("denominator")} AS denominator,
       {shown("value_note")} AS note,
       notes.text_vi AS note_text,
       {shown("target")} AS target,
       {shown("target_met")} AS target_met,
       {shown("wards_reporting")} AS wards_reporting,
       {shown("wards_expected")} AS wards_expected,
       closed.closing_key IS NOT NULL AS is_closed, closed.as_of AS closed_as_of,
       closed.closed_at,
       change.before_label_vi AS before_label, change.value_before AS before, change.value_year_before AS year_before,
       interval.value_low AS low, interval.value_high AS high, interval.differs_from_district AS differs,
       interval.district_value
FROM analyst.indicators_named AS named
LEFT JOIN closed
    ON closed.indicator_code = named.indicator_code AND closed.ward_key IS NOT DISTINCT FROM named.ward_key
LEFT JOIN marts.dim_value_note AS notes
    ON notes.value_note = {shown("value_note")}
LEFT JOIN analyst.indicators_change AS change
    ON change.district_code = $district AND change.period_grain = $grain AND change.period_start = $start
        AND change.period_end = $end AND change.unit_key = named.unit_key
        AND change.indicator_code = named.indicator_code
LEFT JOIN analyst.indicators_interval AS interval
    ON interval.district_code = $district AND interval.period_grain = $grain AND interval.period_start = $start
        AND interval.period_end = $end AND interval.unit_key = named.unit_key
        AND interval.indicator_code = named.indicator_code
        AND {SAME_INTERVAL}
WHERE named.district_code = $district AND named.period_grain = $grain AND named.period_start = $start
  AND named.period_end = $end AND list_contains($codes, named.indicator_code)
ORDER BY named.unit_kind, named.unit_name_vi, named.unit_key"""  # noqa: S608 - our own words


def read_report(published: Path, district: str, ward: str | None, period: Period, office: str) -> PeriodicReport:
    """The report of a district, or of one ward of it, in a period.

    Args:
        published: the published file.
        district: a district code.
        ward: a ward key of it; None for the district.
        period: a month, quarter, half-year, year or the first nine months.
        office: who writes it, for the head of the page.

    Raises:
        WardWarehouseError: the warehouse has no such district, ward or period; those that it has are named.
        BuildError: there is no published warehouse, or one from before the views for people.
    """
    wanted = {
        "district": district,
        "grain": period.grain,
        "start": period.start,
        "end": period.end,
        "codes": list(CODES),
    }
    with open_published(published) as db:
        rows = _rows(db, _FIGURES, wanted)
        if not rows:
            raise WardWarehouseError(_why_nothing(db, district, period))
        spans = read_spans(db, district, period.start, period.end)
        units = _units(rows, spans)
        chosen = _chosen(units, district, ward)
        head, missing = _head(db, district), _missing(db, wanted)
        definitions = _definitions(db, rows)
        own = {row["unit_key"]: row for row in rows}[chosen]
        report = PeriodicReport(
            district_code=district,
            district_name=head["district_name_vi"],
            unit_key=chosen,
            unit_name=own["unit_name"],
            office=office,
            period=period,
            period_label=own["period_label"],
            before_label=next((row["before_label"] for row in rows if row["before_label"]), ""),
            is_closed=bool(own["is_closed"]),
            closed_at=own["closed_at"],
            as_of=own["closed_as_of"] or _least(head["district_as_of"], period.end),
            built_at=head["built_at"],
            rows=[
                unit for unit in units if unit.key in (ward, district) or (ward is None and _is_shown(unit, missing))
            ],
            definitions=definitions,
            trend=_trend(db, district, chosen, period.end),
            channels=_channels(db, wanted, ward),
            levels=_levels(units, chosen, definitions),
            scorecards=read_scorecards(db, wanted, ward),
            gaps=_gaps(units, definitions, ward),
            missing_wards=[name for key, name in missing.items() if ward in (None, key)],
            changes=say_changes(spans),
        )
    return find(report)


def _rows(db: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    named = {name: value for name, value in parameters.items() if f"${name}" in query}
    found = db.execute(query, named)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _why_nothing(db: duckdb.DuckDBPyConnection, district: str, period: Period) -> str:
    known = [row[0] for row in db.execute("SELECT DISTINCT district_code FROM marts.reform_indicators").fetchall()]
    if district not in known:
        return f"report: found district {district!r}, expected one of {', '.join(sorted(known))}"
    found = db.execute(
        "SELECT min(period_start), max(period_end) FROM marts.reform_indicators "
        "WHERE district_code = $district AND period_grain = $grain",
        {"district": district, "grain": period.grain},
    ).fetchone()
    first, last = found or (None, None)
    return f"report: {district} has no figures of {period.name}; expected a period between {first} and {last}"


def _units(rows: list[dict[str, Any]], spans: dict[str, Span]) -> list[UnitRow]:
    """Wards from the lowest share on time up, those without one after them; the district last."""
    figures: dict[str, dict[str, Figure]] = {}
    names = {
        row["unit_key"]: (_span_named(row["unit_name"], spans.get(row["unit_key"])), row["unit_kind"] == "district")
        for row in rows
    }
    fields = Figure.__dataclass_fields__
    whole = {row["indicator_code"]: row["value"] for row in rows if row["unit_kind"] == "district"}
    for row in rows:
        figure = Figure(**{name: value for name, value in row.items() if name in fields})
        if whole.get(figure.indicator_code) != row["district_value"]:
            # The interval was compared with a district's share that is not the one shown.
            figure = replace(figure, differs=None)
        figures.setdefault(row["unit_key"], {})[row["indicator_code"]] = figure

    def place(unit: UnitRow) -> tuple[Any, ...]:
        on_time = unit.figures.get("on_time_of_resolved")
        value = on_time.value if on_time else None
        return unit.is_district, value is None, value or 0, name_order(unit.name)

    return sorted((UnitRow(key, *names[key], found) for key, found in figures.items()), key=place)


def _span_named(name: str, span: Span | None) -> str:
    return f"{name}{span.said.vi}" if span else name


def _chosen(units: list[UnitRow], district: str, ward: str | None) -> str:
    keys = {unit.key for unit in units if not unit.is_district}
    if ward is not None and ward not in keys:
        raise WardWarehouseError(f"report: found ward {ward!r}, expected one of {', '.join(sorted(keys))}")
    return ward or district


def _head(db: duckdb.DuckDBPyConnection, district: str) -> dict[str, Any]:
    return _rows(
        db,
        "SELECT district_name_vi, district_as_of, (SELECT max(built_at) FROM audit.build_results) AS built_at "
        "FROM marts.dim_ward WHERE ward_key = $district",
        {"district": district},
    )[0]


def _definitions(db: duckdb.DuckDBPyConnection, rows: list[dict[str, Any]]) -> dict[str, Definition]:
    """What the shown versions of the indicators mean, in the order of the dictionary."""
    versions = {(row["indicator_code"], row["indicator_version"]) for row in rows}
    found = _rows(
        db,
        "SELECT indicator_code AS code, indicator_version AS version, name_vi AS name, description_vi AS description, "
        "source_vi AS source, unit, indicator_kind AS kind FROM marts.dim_indicator ORDER BY display_order",
        {},
    )
    return {row["code"]: Definition(**row) for row in found if (row["code"], row["version"]) in versions}


def _least(first: date | None, second: date) -> date:
    return min(first, second) if first else second


def _trend(db: duckdb.DuckDBPyConnection, district: str, unit: str, end: date) -> list[TrendPoint]:
    """Satisfaction of the twelve months up to the period's end, by the definition that holds at the end."""
    found = db.execute(
        """
        SELECT period_start, value, value_low, value_high, indicator_version FROM analyst.indicators_interval
        WHERE district_code = $district AND unit_key = $unit AND indicator_code = $code AND period_grain = 'month'
          AND period_end <= $end AND period_start > $end::DATE - INTERVAL 1 YEAR
        QUALIFY indicator_version = last_value(indicator_version) OVER (
            ORDER BY period_start ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
        ORDER BY period_start""",
        {"district": district, "unit": unit, "code": SATISFIED, "end": end},
    ).fetchall()
    return [TrendPoint(f"T{row[0].month}", row[1], row[2], row[3]) for row in found]


def _channels(db: duckdb.DuckDBPyConnection, wanted: dict[str, Any], ward: str | None) -> list[Share]:
    found = db.execute(
        """
        SELECT member, numerator FROM marts.indicator_breakdowns
        WHERE indicator_code = 'dossiers_received' AND dimension = 'channel' AND district_code = $district
          AND ward_key IS NOT DISTINCT FROM $ward AND period_grain = $grain AND period_start = $start
          AND period_end = $end ORDER BY numerator DESC NULLS LAST, member""",
        {name: wanted[name] for name in ("district", "grain", "start", "end")} | {"ward": ward},
    ).fetchall()
    known = [count for _, count in found if count is not None]
    # A hidden part makes the whole unknown: shares of what is left would be wrong.
    total = sum(known) if len(known) == len(found) else None
    return [Share(CHANNELS.get(name, name), count, count / total if total and count is not None else None)
            for name, count in found]  # fmt: skip


def _levels(units: list[UnitRow], chosen: str, definitions: dict[str, Definition]) -> list[Share]:
    figures = next(unit for unit in units if unit.key == chosen).figures
    return [
        Share(definitions[code].name, figures[code].numerator, figures[code].value)
        for code in LEVELS
        if code in figures and figures[code].value is not None
    ]


def _gaps(units: list[UnitRow], definitions: dict[str, Definition], ward: str | None) -> list[Gap]:
    """Each reason with the indicators that lack a value for it; of a district with how many units lack it."""
    shown = [unit for unit in units if ward is None or unit.key == ward]
    by_reason: dict[str, dict[str, int]] = {}
    for unit in shown:
        for code, figure in unit.figures.items():
            if figure.note_text:
                codes = by_reason.setdefault(figure.note_text, {})
                codes[code] = codes.get(code, 0) + 1
    order = list(definitions)
    return [
        Gap(reason, [_counted(definitions[code].name, codes[code], ward) for code in sorted(codes, key=order.index)])
        for reason, codes in sorted(by_reason.items())
    ]


def _counted(name: str, units: int, ward: str | None) -> str:
    return f"{name} ({units})" if ward is None else name


def _missing(db: duckdb.DuckDBPyConnection, wanted: dict[str, Any]) -> dict[str, str]:
    """Keys and names of the units that owe dossiers up to the period's end, or to the newest night, and lack them."""
    found = db.execute(
        """
        SELECT ward_key, ward_name_vi FROM marts.dim_ward
        WHERE district_code = $district AND in_force_from <= $end AND coalesce(in_force_to, $end) >= $start
          AND coalesce(dossiers_covered_to, DATE '1900-01-01') < least($end::DATE, district_as_of)
          AND ward_key IN (SELECT ward_key FROM marts.reporting_completeness WHERE record_kind = 'dossiers')""",
        {name: wanted[name] for name in ("district", "start", "end")},
    ).fetchall()
    return {str(key): str(name) for key, name in sorted(found, key=lambda one: name_order(one[1]))}


def _is_shown(unit: UnitRow, missing: dict[str, str]) -> bool:
    """Whether a unit has a line: an office that keeps no dossiers has none, a ward that owes them has one."""
    return (
        unit.is_district
        or unit.key in missing
        or any(unit.figures[code].value is not None for code, _ in COLUMNS if code in unit.figures)
    )
