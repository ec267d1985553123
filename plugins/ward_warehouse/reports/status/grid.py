"""Wards by nights: what each night brought, from the published warehouse and what came to the lake since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePosixPath
from typing import Any, Literal

import duckdb

from ward_warehouse.lake.outcomes import Outcome, names_since
from ward_warehouse.lake.store import Lake
from ward_warehouse.reports.status.asked import Language

Mark = Literal["loaded", "refused", "late", "held", "postponed", "missing"]

_CELLS = """
    WITH nights AS (
        SELECT district_code, night FROM marts.reporting_completeness GROUP BY district_code, night
        QUALIFY row_number() OVER (PARTITION BY district_code ORDER BY night DESC) <= $count
    ),
    waiting AS (
        SELECT ward_key, night, arg_max(status, outcome_id) AS status FROM audit.load_outcomes
        WHERE ward_key IS NOT NULL GROUP BY ward_key, night, record_kind
    ),
    held AS (
        SELECT ward_key, night, min(status) AS status FROM waiting
        WHERE status IN ('held', 'postponed') GROUP BY ward_key, night
    )
    SELECT district_code, ward_key, night,
        CASE
            WHEN NOT bool_and(is_reported OR is_covered) THEN coalesce(any_value(held.status), 'missing')
            WHEN NOT bool_and(is_reported) THEN 'late'
            WHEN sum(rows_quarantined) > 0 THEN 'refused'
            ELSE 'loaded'
        END AS mark
    FROM marts.reporting_completeness JOIN nights USING (district_code, night) LEFT JOIN held USING (ward_key, night)
    GROUP BY ALL"""

_OUTCOMES = """
    SELECT ward_key AS ward, record_kind, step, status, rows_read, rows_accepted, rows_quarantined, rows_unchanged,
        error, finished_at
    FROM audit.load_outcomes
    WHERE night = $night AND ward_key IS NOT NULL AND step IN ('extract', 'validate')
    ORDER BY outcome_id"""


@dataclass
class DistrictGrid:
    """A district's wards by its newest nights, the newest first."""

    district: str
    nights: list[date] = field(default_factory=list)
    marks: dict[str, dict[date, Mark]] = field(default_factory=dict)


def fresh_outcomes(db: duckdb.DuckDBPyConnection, lake: Lake) -> list[Outcome]:
    """The outcomes of wards that the lake has and the published warehouse does not know yet, in their order."""
    row = db.execute("SELECT max(outcome_id) FROM audit.load_outcomes").fetchone()
    newest = str(row[0]) if row and row[0] else ""
    names = [name for name in names_since(lake, newest) if PurePosixPath(name).stem > newest]
    read = (lake.read_record(name, Outcome) for name in sorted(names))
    return [one for one in read if one is not None and one.ward is not None and one.step in ("extract", "validate")]


def read_names(db: duckdb.DuckDBPyConnection, language: Language) -> dict[str, str]:
    """The names of wards and districts by their keys, from the warehouse: a registry takes longer to load."""
    column = {"vi": 0, "en": 1}[language]
    rows = db.execute(
        "SELECT ward_key, ward_name_vi, ward_name_en, district_code, district_name_vi, district_name_en "
        "FROM marts.dim_ward"
    ).fetchall()
    names = {row[3]: str(row[4 + column]) for row in rows}
    return names | {row[0]: str(row[1 + column]) for row in rows}


def read_grid(db: duckdb.DuckDBPyConnection, fresh: Iterable[Outcome], count: int) -> list[DistrictGrid]:
    """Every district's newest `count` nights."""
    cells: dict[str, dict[str, dict[date, Mark]]] = defaultdict(lambda: defaultdict(dict))
    for district, ward, night, mark in db.execute(_CELLS, {"count": count}).fetchall():
        cells[district][ward][night] = mark
    for (district, ward, night), mark in _fresh_marks(fresh).items():
        # An attempt that failed takes nothing from what an earlier one brought.
        if mark not in ("missing", "postponed") or night not in cells[district][ward]:
            cells[district][ward][night] = mark
    grids = []
    for district, wards in sorted(cells.items()):
        nights = sorted({night for marks in wards.values() for night in marks}, reverse=True)[:count]
        grids.append(DistrictGrid(district, nights, dict(sorted(wards.items()))))
    return grids


def _fresh_marks(fresh: Iterable[Outcome]) -> dict[tuple[str, str, date], Mark]:
    last: dict[tuple[str, str, date], dict[tuple[str, str], Outcome]] = defaultdict(dict)
    for one in fresh:
        last[str(one.district), str(one.ward), one.night][str(one.record_kind), one.step] = one
    return {place: _mark(ones) for place, ones in last.items()}


def _mark(ones: dict[tuple[str, str], Outcome]) -> Mark:
    statuses = {one.status for one in ones.values()}
    if "failed" in statuses or any((kind, "validate") not in ones for kind, _ in ones):
        return "postponed" if "postponed" in statuses else "missing"
    if "held" in statuses:
        return "held"
    return "refused" if any(one.rows_quarantined for one in ones.values()) else "loaded"


def read_night(db: duckdb.DuckDBPyConnection, fresh: Iterable[Outcome], night: date) -> dict[str, list[dict[str, Any]]]:
    """A night's wards with a row for each record kind: how its last attempt ended.

    Keys of a row: record_kind, state (`loaded`, `held`, `postponed`, `failed`), rows_read, rows_accepted,
    rows_quarantined, rows_unchanged, error, finished_at (UTC).
    """
    found = db.execute(_OUTCOMES, {"night": night})
    names = [column[0] for column in found.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    rows += [one.model_dump() for one in fresh if one.night == night]
    last: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in rows:
        last[str(row["ward"]), str(row["record_kind"])][row["step"]] = row
    wards: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (ward, record_kind), steps in sorted(last.items()):
        wards[ward].append({**_standing(steps), "record_kind": record_kind})
    return dict(wards)


def _standing(steps: dict[str, dict[str, Any]]) -> dict[str, Any]:
    extracted, judged = steps.get("extract", {}), steps.get("validate")
    if extracted and extracted["status"] != "succeeded":
        return {**extracted, "state": extracted["status"]}
    if judged is None:
        return {**extracted, "state": "failed"}
    state = "loaded" if judged["status"] == "succeeded" else judged["status"]
    return {**judged, "state": state, "error": judged["error"] or extracted.get("error")}
