"""Published figures against those of the documents they come from."""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from ward_warehouse.warehouse.published import open_published

STATEMENTS = {
    "numerator": "SELECT sum(numerator) FROM marts.reform_indicators",
    "denominator": "SELECT sum(denominator) FROM marts.reform_indicators",
    "value": "SELECT max(value) FROM marts.reform_indicators",
    "wards": "SELECT count(DISTINCT ward_key) FROM marts.reform_indicators",
    "target": "SELECT max(target) FROM marts.reform_indicators",
    "target_met": "SELECT min(target_met::INTEGER) FROM marts.reform_indicators",
    "evidence": "SELECT count(*) FROM marts.indicator_evidence",
}


@dataclass(frozen=True)
class Figure:
    """A figure of a document, and what the warehouse says.

    Attributes:
        scope: a ward key, `district` (its own row) or `wards` (the sum over its wards, the district's counter apart).
        part: numerator, denominator, value, target, target_met (1 or 0), wards (how many have a row) or evidence (how
            many records open it).
        expected: as the document prints it; a value is compared at its number of decimals.
    """

    seed: str
    figure: str
    district_code: str
    scope: str
    indicator_code: str
    period_grain: str
    period_start: str
    period_end: str
    part: str
    expected: Decimal
    actual: Decimal | None = None

    @property
    def holds(self) -> bool:
        """Whether the warehouse says the same, to the last printed decimal."""
        if self.actual is None:
            return False
        return self.actual.quantize(self.expected) == self.expected


def compare(published: Path, figures: Path, districts: Collection[str] | None = None) -> list[Figure]:
    """The figures of a CSV file (columns as the fields of `Figure`) with what the published warehouse says.

    Args:
        published: the published warehouse.
        figures: the file.
        districts: whose figures; all of them without it.
    """
    with figures.open(encoding="utf-8", newline="") as handle, open_published(published) as db:
        rows = [row for row in csv.DictReader(handle) if districts is None or row["district_code"] in districts]
        return [_compare(db, row) for row in rows]


def _compare(db: duckdb.DuckDBPyConnection, row: dict[str, str]) -> Figure:
    condition, scope = "ward_key = $scope", {"scope": row["scope"]}
    if row["scope"] == "district":
        condition, scope = "ward_key IS NULL", {}
    elif row["scope"] == "wards":
        condition, scope = "ward_key IN (SELECT ward_key FROM marts.dim_ward WHERE unit_kind = 'ward')", {}
    found = db.execute(
        f"{STATEMENTS[row['part']]} WHERE {condition} AND district_code = $district AND indicator_code = $indicator "
        "AND period_grain = $grain AND period_start = $start::DATE AND period_end = $end::DATE",
        {
            **scope,
            "district": row["district_code"],
            "indicator": row["indicator_code"],
            "grain": row["period_grain"],
            "start": row["period_start"],
            "end": row["period_end"],
        },
    ).fetchone()
    actual = None if found is None or found[0] is None else Decimal(str(found[0]))
    return Figure(**{**row, "expected": Decimal(row["expected"]), "actual": actual})  # type: ignore[arg-type]
