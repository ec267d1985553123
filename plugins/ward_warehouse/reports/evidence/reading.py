"""What stands in an evidence pack, from the published warehouse: criteria with their figures, and records by code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.quoting import identifier
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecards import Index, Scorecard
from ward_warehouse.reports.evidence.rules import origin_text, rule_text

CRITERIA = (
    "Bảng điểm", "Kỳ", "Tình trạng", "Số", "Tiêu chí", "Điểm tối đa", "Điểm", "Điểm theo Cổng", "Tử số", "Mẫu số",
    "Tỷ lệ", "Lý do trống", "Cách tính điểm", "Nguồn số liệu", "Căn cứ",
)  # fmt: skip
RETURNS = ("Chỉ tiêu", "Kỳ từ", "Kỳ đến", "Tử số", "Mẫu số", "Ngày gửi")
RECORDS = ("Loại bản ghi", "Mã bản ghi", "Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày kết thúc")

Indices = Mapping[tuple[str, int, str], Index]

_UNITS = """
SELECT DISTINCT unit_key, unit_name_vi FROM analyst.scorecard_vi
WHERE district_code = $district AND unit_kind <> 'district' AND year(period_start) = $year ORDER BY ALL"""
_LINES = """
SELECT scorecard_name_vi, period_label_vi, CASE WHEN is_provisional THEN 'Tạm tính' ELSE 'Đã khóa' END,
    criterion_number, criterion_name_vi, ceiling, points, portal_points, numerator, denominator, rate, value_note_vi,
    source_vi, scorecard, scorecard_version, criterion_code, level
FROM analyst.scorecard_vi
WHERE unit_key = $unit AND year(period_start) = $year
    AND period_grain = CASE scorecard WHEN 'decision_766' THEN 'year' ELSE 'quarter' END
ORDER BY scorecard DESC, period_start, display_order"""
_RETURNS = """
SELECT item_code, period_start, period_end, numerator, denominator, submitted_date FROM marts.fct_ward_returns
WHERE ward_key = $unit AND year(period_start) = $year AND list_contains($items, split_part(item_code, '.', 1))
ORDER BY ALL"""
_EVIDENCE = """
SELECT indicator_code, ward_key, record_kind, record_key, source_record_id, dossier_code, received_date, due_date,
    end_date, CASE WHEN in_numerator THEN coalesce(numerator_quantity, 1) ELSE 0 END AS counted
FROM marts.indicator_evidence
WHERE indicator_code = $code AND district_code = $district AND period_grain = 'year' AND period_start = $start"""


def indices_of(cards: list[Scorecard]) -> dict[tuple[str, int, str], Index]:
    """Each index by its scorecard, version of the rules, and code."""
    return {
        (card.scorecard, rules.version, index.index): index
        for card in cards
        for rules in card.versions
        for _, index in rules.indices()
    }


def read_units(db: duckdb.DuckDBPyConnection, district: str, year: int) -> dict[str, str]:
    """Keys and names of the units that are scored in a year.

    Raises:
        WardWarehouseError: there is no such district, or it has no scores of the year.
    """
    found = db.execute(_UNITS, {"district": district, "year": year}).fetchall()
    if found:
        return {str(key): str(name) for key, name in found}
    years: dict[str, list[str]] = {}
    for known, one in db.execute("SELECT DISTINCT district_code, year(period_start) FROM analyst.scorecard_vi "
                                 "ORDER BY ALL").fetchall():  # fmt: skip
        years.setdefault(str(known), []).append(str(one))
    if district not in years:
        raise WardWarehouseError(f"evidence: found district {district!r}, expected one of {', '.join(years)}")
    raise WardWarehouseError(f"evidence: {district} has no scores of {year}; expected {', '.join(years[district])}")


def read_criteria(
    db: duckdb.DuckDBPyConnection, unit: str, year: int, indices: Indices, catalogue: Catalogue
) -> Iterator[tuple[Any, ...]]:
    """The lines of a unit's scorecards in the order of `CRITERIA`: the year's, of the circular each quarter's."""
    for *line, source, card, version, code, level in db.execute(_LINES, {"unit": unit, "year": year}).fetchall():
        index = indices.get((card, version, code)) if level == "index" else None
        texts = (rule_text(index, catalogue), origin_text(index, catalogue)) if index else (None, None)
        yield (*line, *texts, source)


def read_returns(db: duckdb.DuckDBPyConnection, unit: str, year: int, items: list[str]) -> list[tuple[Any, ...]]:
    """What the unit itself reported of items of the scorecards, in the order of `RETURNS`."""
    return db.execute(_RETURNS, {"unit": unit, "year": year, "items": items}).fetchall()


def collect_records(db: duckdb.DuckDBPyConnection, district: str, year: int, codes: list[str]) -> None:
    """Makes the relation `evidence`: records behind the year's figures of some indicators, of all wards.

    The warehouse has none behind a figure that is hidden; codes and dates, no person's data.
    """
    for number, code in enumerate(codes):
        head = "CREATE TEMP TABLE evidence AS" if number == 0 else "INSERT INTO evidence"
        db.execute(f"{head} {_EVIDENCE}", {"code": code, "district": district, "start": date(year, 1, 1)})


def read_records(db: duckdb.DuckDBPyConnection, unit: str, codes: list[str]) -> pa.Table:
    """The records of a unit, each once: `RECORDS`, and for each indicator what it counts in it.

    0 is counted in the base alone, empty not at all; so a column adds up to the numerator, and what is not empty in it
    to the denominator.
    """
    counted = ", ".join(
        f"sum(counted) FILTER (indicator_code = ${number}) AS {identifier(code)}"
        for number, code in enumerate(codes, 2)
    )
    return db.execute(
        "SELECT record_kind, source_record_id, dossier_code, received_date, due_date, end_date, "  # noqa: S608 - our words
        f"{counted} FROM evidence WHERE ward_key = $1 GROUP BY ALL ORDER BY ALL",
        [unit, *codes],
    ).to_arrow_table()
