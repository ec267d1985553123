"""The scorecard of Decision 766 as a build has it, and by a second version of its rules that it does not know."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from copy import deepcopy
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecard_reader import read_scorecards
from ward_warehouse.warehouse.scorecard_generation import figure_rows, index_rows

RULES = Path(__file__).parents[2] / "dbt_project" / "indicators" / "scorecards" / "decision_766.yml"
COMPILED = "dbt/compiled/ward_warehouse/models"
SCORECARD = f"{COMPILED}/marts/scorecards/decision_766_scorecard.sql"
FIGURES = f"{COMPILED}/intermediate/scorecards/int_decision_766_figures.sql"
SECOND: dict[str, dict[str, Any]] = {
    "on_time": {"empty": "no_value"},
    "reused": {"full_from": 0.5},
    "electronic_result": {"points": 4},
    "shared_for_reuse": {"points": 6},
}
"""What the second version changes of which index; the blocks keep their points."""


def scores(published: Path, unit: str, month: date) -> dict[str, tuple[Any, ...]]:
    """The indices of a ward or a district in a month: numerator, denominator, points and portal_points."""
    with duckdb.connect(str(published), read_only=True) as db:
        rows = db.execute(
            "SELECT index_code, numerator, denominator, points, portal_points FROM marts.decision_766_scorecard "
            "WHERE level = 'index' AND period_grain = 'month' AND period_start = $month "
            "AND coalesce(ward_key, district_code) = $unit",
            {"unit": unit, "month": month},
        ).fetchall()
    return {code: tuple(figures) for code, *figures in rows}


def with_second_version(
    settings: Settings, catalogue: Catalogue, folder: Path, day: date
) -> tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]:
    """The scorecard by the rules of the tree, and after a version that begins on a day.

    Args:
        settings: of the build, of which a copy is changed.
        catalogue: the indicators that indices name.
        folder: for the copy.
        day: the first one of the second version.

    Returns:
        All lines of both: unit, period, version, index, points, portal_points and ceiling.
    """
    card = yaml.safe_load(RULES.read_text("utf-8"))
    (first,) = card["versions"]
    second = deepcopy(first) | {"version": 2, "valid_from": day}
    for index in (index for block in second["blocks"] for index in block["indices"]):
        index |= SECOND.get(index["index"], {})
    card["versions"] = [first | {"valid_from": date(2022, 6, 23), "valid_to": day - timedelta(days=1)}, second]
    (folder / RULES.name).write_text(yaml.safe_dump(card, allow_unicode=True), encoding="utf-8")
    cards = read_scorecards(folder, catalogue)
    # Views of the file name it by its own name.
    copy = folder / settings.build_file.name
    shutil.copy(settings.build_file, copy)
    with duckdb.connect(str(copy)) as db:
        before = lines(db, settings)
        for table, rows in (
            ("scorecard_indices", index_rows(cards, catalogue.sources)),
            ("scorecard_figures", figure_rows(cards)),
        ):
            replace(db, table, rows)
        return before, lines(db, settings)


def lines(db: duckdb.DuckDBPyConnection, settings: Settings) -> set[tuple[Any, ...]]:
    scorecard, figures = ((settings.home / path).read_text("utf-8") for path in (SCORECARD, FIGURES))
    db.execute(f"CREATE OR REPLACE TABLE intermediate.int_decision_766_figures AS {figures}")
    named = (
        "coalesce(ward_key, district_code), period_grain, period_start, period_end, scorecard_version, index_number, "
        "level, block, points, portal_points, ceiling"
    )
    return set(db.sql(scorecard).project(named).fetchall())


def replace(db: duckdb.DuckDBPyConnection, table: str, rows: Iterable[dict[str, Any]]) -> None:
    db.execute(f"DELETE FROM reference.{table} WHERE scorecard = 'decision_766'")  # noqa: S608 - our own
    for row in rows:
        into = f"INSERT INTO reference.{table} ({', '.join(row)})"
        db.execute(f"{into} VALUES ({', '.join('?' * len(row))})", list(row.values()))
