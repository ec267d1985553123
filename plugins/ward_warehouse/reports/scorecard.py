"""The district scorecard: the main indicators of a period, ward by ward, from the published warehouse."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from rich.table import Table

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.warehouse.published import open_published

COLUMNS: tuple[tuple[str, str], ...] = (
    ("dossiers_received", "received"),
    ("dossiers_resolved", "resolved"),
    ("on_time_of_resolved", "on time, of resolved"),
    ("on_time_of_received", "on time, of received"),
    ("dossiers_open", "open"),
    ("dossiers_overdue", "overdue"),
    ("saturday_dossiers", "Saturday"),
    ("online_filing_rate", "filed online"),
    ("satisfaction_rate", "satisfied"),
)
"""Indicator codes and their headings."""


def read_indicators(
    published: Path, district: str, grain: str, day: date | None, codes: list[str] | None = None
) -> list[dict[str, Any]]:
    """Rows of `marts.reform_indicators` of the period that holds `day` (the newest one when None).

    Raises:
        WardWarehouseError: there is no published warehouse, or nothing for the district and period.
    """
    with open_published(published) as db:
        newest = db.execute(
            """
            SELECT max(period_start) FROM marts.reform_indicators
            WHERE district_code = $district AND period_grain = $grain
              AND ($day::DATE IS NULL OR $day::DATE BETWEEN period_start AND period_end)""",
            {"district": district, "grain": grain, "day": day},
        ).fetchone()
        if newest is None or newest[0] is None:
            raise WardWarehouseError(_why_nothing(db, district, grain, day))
        found = db.execute(
            """
            SELECT i.*, w.ward_name_en AS ward_name
            FROM marts.reform_indicators AS i LEFT JOIN marts.dim_ward AS w USING (ward_key)
            WHERE i.district_code = $district AND i.period_grain = $grain AND i.period_start = $start
              AND ($codes IS NULL OR list_contains($codes::VARCHAR[], i.indicator_code))
            ORDER BY i.indicator_code, i.ward_key NULLS LAST""",
            {"district": district, "grain": grain, "start": newest[0], "codes": codes},
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _why_nothing(db: duckdb.DuckDBPyConnection, district: str, grain: str, day: date | None) -> str:
    codes = db.execute("SELECT DISTINCT district_code FROM marts.reform_indicators ORDER BY 1").fetchall()
    known = [str(code) for (code,) in codes]
    if district not in known:
        expected = f"one of {', '.join(known)}" if known else "one that was loaded: there is none yet"
        return f"report: found district {district!r}, expected {expected}"
    first, last = db.execute(
        "SELECT min(period_start), max(period_end) FROM marts.reform_indicators "
        "WHERE district_code = $district AND period_grain = $grain",
        {"district": district, "grain": grain},
    ).fetchone() or (None, None)
    asked = f"{grain} with {day}" if day else grain
    return f"report: {district} has no {asked}" + (f"; expected one between {first} and {last}" if first else "")


def scorecard_table(rows: list[dict[str, Any]]) -> Table:
    """The rows of one district and period as a table: one line a ward, the district last."""
    first = rows[0]
    grain = first["period_grain"].replace("_", " ")
    title = f"{first['district_code']}: {grain} from {first['period_start']} to {first['period_end']}"
    if any(row["is_provisional"] for row in rows):
        title += " (provisional: not closed, the figures may still change)"
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column("ward", no_wrap=True)
    for _, heading in COLUMNS:
        table.add_column(heading, justify="right")
    per_ward: dict[str | None, dict[str, dict[str, Any]]] = {}
    for row in rows:
        per_ward.setdefault(row["ward_key"], {})[row["indicator_code"]] = row
    for ward, cells in sorted(per_ward.items(), key=lambda item: (item[0] is None, item[0] or "")):
        name = next(iter(cells.values()))["ward_name"] or "the district"
        if ward is None:
            table.add_section()
        table.add_row(name, *(cell(cells.get(code)) for code, _ in COLUMNS), style="bold" if ward is None else None)
    return table


def cell(row: dict[str, Any] | None) -> str:
    """A value as people read it: a share in per cent, a count with separators, a missing one with its reason."""
    if row is None:
        return ""
    if row["value"] is None:
        return str(row["value_note"] or "-").replace("_", " ")
    if row["denominator"] is None or row["indicator_code"].startswith("median"):
        return f"{row['value']:,.10g}"
    return f"{100 * row['value']:.1f} %"
