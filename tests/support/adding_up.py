"""Whether the months of a year add up to the year, in a published warehouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.core.settings import PROJECT_ROOT
from ward_warehouse.registry.indicator_reader import read_indicators

_CATALOGUE = read_indicators(PROJECT_ROOT / "dbt_project" / "indicators")

ADDS_UP = [
    (one.code, role)
    for _, one in _CATALOGUE.definitions()
    if one.kind in ("count", "ratio")
    for role, part in one.parts
    if not part.is_state and not part.looks_at_period_end and not _CATALOGUE.record_kinds[part.record_kind].within
]
"""What happened in a period. A state, what is known at its end and a return for a longer one do not add up."""


def years_that_differ(published: Path, code: str) -> list[tuple[Any, ...]]:
    """District, ward and year of an indicator whose months do not add up to the year; with both sums.

    A year of which something is hidden is left out: what is hidden is in the one and not in the other.
    """
    differ = []
    with duckdb.connect(str(published), read_only=True) as db:
        hidden = db.execute(
            "SELECT DISTINCT district_code, ward_key, date_trunc('year', period_start) FROM marts.reform_indicators "
            "WHERE indicator_code = $code AND value_note LIKE 'suppressed%'",
            {"code": code},
        ).fetchall()
        for role in (role for found, role in ADDS_UP if found == code):
            rows = db.execute(
                f"SELECT district_code, ward_key, date_trunc('year', period_start), "  # noqa: S608 - our own word
                f"sum({role}) FILTER (WHERE period_grain = 'month'), "
                f"sum({role}) FILTER (WHERE period_grain = 'year') "
                "FROM marts.reform_indicators WHERE indicator_code = $code GROUP BY ALL "
                "HAVING bool_or(period_grain = 'month')",
                {"code": code},
            ).fetchall()
            differ += [row for row in rows if (row[3] or 0) != (row[4] or 0) and row[:3] not in hidden]
    return differ
