"""Writes the evidence packs of a district: of each ward a workbook, and the same as CSV files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue
from ward_warehouse.registry.scorecard_reader import FOLDER, read_scorecards
from ward_warehouse.reports.cells import new_workbook, rows_of, write_csv, write_row
from ward_warehouse.reports.evidence.reading import (
    CRITERIA,
    RECORDS,
    RETURNS,
    Indices,
    collect_records,
    indices_of,
    read_criteria,
    read_records,
    read_returns,
    read_units,
)
from ward_warehouse.reports.evidence.rules import indicators_of, items_of
from ward_warehouse.reports.folder import replacing
from ward_warehouse.warehouse.published import open_published

DEFINITIONS = ("Mã chỉ số", "Phiên bản", "Tên", "Định nghĩa", "Căn cứ")


@dataclass(frozen=True)
class _Sheet:
    """A table of a pack: its sheet, the end of its file's name, its head and rows, and how wide columns are."""

    title: str
    tail: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]
    width: int


def evidence_folder(settings: Settings, district: str, year: int) -> Path:
    """Where the packs of a district and year are."""
    return settings.home.resolve() / "reports" / "evidence" / f"{district}_{year}"


def write_evidence(settings: Settings, district: str, year: int) -> list[Path]:
    """Writes the packs of a district's wards and counters; gives their workbooks.

    Args:
        settings: where the published warehouse and the rules of the scorecards are.
        district: a district code.
        year: of the scores.

    Raises:
        WardWarehouseError: there is no such district or year, the rules are wrong, the disk refuses, or another run
            writes packs; what stood there is left as it was.
    """
    folder = settings.dbt_project_dir / "indicators"
    catalogue = read_indicators(folder)
    indices = indices_of(read_scorecards(folder / FOLDER, catalogue))
    codes = list(dict.fromkeys(code for index in indices.values() for code in indicators_of(index)))
    place = evidence_folder(settings, district, year)
    with open_published(settings.published_file) as db:
        units = read_units(db, district, year)
        collect_records(db, district, year, codes)
        with replacing(place, "evidence pack") as fresh:
            for unit in units:
                _write(fresh, unit, _sheets(db, unit, year, indices, catalogue, codes))
    return [place / f"{unit}.xlsx" for unit in units]


def _sheets(
    db: duckdb.DuckDBPyConnection, unit: str, year: int, indices: Indices, catalogue: Catalogue, codes: list[str]
) -> Iterable[_Sheet]:
    items = list(dict.fromkeys(item for index in indices.values() for item in items_of(index)))
    records = read_records(db, unit, codes)
    yield _Sheet("Tiêu chí", "criteria", CRITERIA, list(read_criteria(db, unit, year, indices, catalogue)), 16)
    yield _Sheet("Bản ghi", "records", (*RECORDS, *codes), list(rows_of(records)), 20)
    yield _Sheet("Báo cáo của đơn vị", "returns", RETURNS, read_returns(db, unit, year, items), 24)
    yield _Sheet("Định nghĩa", "definitions", DEFINITIONS, _definitions(catalogue, codes), 30)


def _definitions(catalogue: Catalogue, codes: list[str]) -> list[tuple[Any, ...]]:
    return [
        (
            code,
            one.version,
            one.name.vi,
            one.description.vi,
            catalogue.sources[one.source].vi,
        )
        for code in codes
        for one in catalogue.versions(code)
    ]


def _write(folder: Path, unit: str, sheets: Iterable[_Sheet]) -> None:
    with new_workbook(folder / f"{unit}.xlsx", "dd/mm/yyyy") as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        for one in sheets:
            write_csv(folder / f"{unit}_{one.tail}.csv", one.head, one.rows)
            sheet = book.add_worksheet(one.title)
            sheet.set_column(0, len(one.head) - 1, one.width)
            sheet.freeze_panes(1, 0)
            for place, name in enumerate(one.head):
                sheet.write_string(0, place, name, head)
            for line, row in enumerate(one.rows, 1):
                write_row(sheet, line, row)
