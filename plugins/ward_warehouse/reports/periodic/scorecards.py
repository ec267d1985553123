"""The scorecards of Decision 766 and Circular 01/2018 as a report shows them: lines, points, and what is not known."""

from __future__ import annotations

from typing import Any

import duckdb

from ward_warehouse.reports.periodic.model import Points, Scorecard
from ward_warehouse.reports.vietnamese import decimal_text

SHOWN = {"decision_766": ("block", "total"), "circular_01_2018": ("index", "total")}
"""Which lines of which scorecard a report shows: of the one with a hundred points its blocks, of the other each."""

INCOMPLETE = "Chưa xếp loại: chưa đủ tiêu chí"


def read_scorecards(db: duckdb.DuckDBPyConnection, wanted: dict[str, Any], ward: str | None) -> list[Scorecard]:
    """The scorecards of a unit and period; Circular 01/2018 knows quarters only."""
    unit = {name: wanted[name] for name in ("grain", "start", "end")} | {"unit": ward or wanted["district"]}
    cards = (_scorecard(db, unit | {"scorecard": name, "levels": list(levels)}) for name, levels in SHOWN.items())
    return [card for card in cards if card is not None]


def _scorecard(db: duckdb.DuckDBPyConnection, unit: dict[str, Any]) -> Scorecard | None:
    found = db.execute(
        """
        SELECT criterion_name_vi, points, ceiling, value_note_vi, level = 'total', points_possible, classification_vi,
            scorecard_name_vi
        FROM analyst.scorecard_vi
        WHERE scorecard = $scorecard AND unit_key = $unit AND period_grain = $grain AND period_start = $start
          AND period_end = $end AND list_contains($levels, level)
        ORDER BY display_order""",
        unit,
    ).fetchall()
    if not found:
        return None
    lines = [Points(name, points, ceiling, note, is_total) for name, points, ceiling, note, is_total, *_ in found]
    *_, known, given, title = found[-1]
    if unit["scorecard"] == "decision_766":
        remark = f"Mới tính được {decimal_text(known)} trên 100 điểm." if known is not None else ""
    else:
        # A form of which a criterion is unknown has no class.
        remark = given or INCOMPLETE
    return Scorecard(title, lines, remark)
