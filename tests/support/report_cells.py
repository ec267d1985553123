"""What the documents of a periodic report say, cell by cell, and what the warehouse has for it."""

from __future__ import annotations

import math
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
from docx import Document
from pypdf import PdfReader
from python_calamine import load_workbook

from ward_warehouse.reports.periodic.model import PeriodicReport

CODES = (
    "dossiers_received", "dossiers_resolved", "resolved_late", "dossiers_overdue", "on_time_of_resolved",
    "online_filing_rate", "satisfaction_rate",
)  # fmt: skip
"""Columns of the table of units."""


class Cells(HTMLParser):
    """The texts of the cells that name their unit and indicator."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[tuple[str, str], str] = {}
        self._at: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._at = (str(given["data-unit"]), str(given["data-code"])) if "data-code" in given else None

    def handle_data(self, data: str) -> None:
        if self._at:
            self.found[self._at] = self.found.get(self._at, "") + data.strip()


def written_as(value: float | None, unit: str) -> str:
    """The test's own way from a number to the text of an office."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{100 * value:.1f} %".replace(".", ",")
    return f"{value:,.0f}".replace(",", ".") if value == int(value) else f"{value:.1f}".replace(".", ",")


def plain(text: str) -> str:
    return " ".join(text.replace("\xa0", " ").split())


def warehouse_texts(published: Path, report: PeriodicReport) -> dict[tuple[str, str], str]:
    """Unit and indicator -> text, from reform_indicators itself."""
    rows = figures_of(published, report, "value, unit")
    return {(unit, code): written_as(value, kind) for unit, code, value, kind in rows if code in CODES}


def figures_of(published: Path, report: PeriodicReport, columns: str) -> list[tuple[Any, ...]]:
    """Unit, indicator and some columns of every figure of the report's district and period."""
    with duckdb.connect(str(published), read_only=True) as db:
        return db.execute(
            f"SELECT coalesce(ward_key, district_code), indicator_code, {columns} FROM marts.reform_indicators "  # noqa: S608 - the tests' own
            "JOIN marts.dim_indicator USING (indicator_code, indicator_version) "
            "WHERE district_code = $district AND period_grain = $grain AND period_start = $start AND period_end = $end",
            {
                "district": report.district_code, "grain": report.period.grain, "start": report.period.start,
                "end": report.period.end,
            },
        ).fetchall()  # fmt: skip


def lines(report: PeriodicReport, expected: dict[tuple[str, str], str]) -> list[list[str]]:
    return [
        ["Toàn quận" if row.is_district else row.name, *(expected.get((row.key, code), "–") for code in CODES)]
        for row in report.rows
    ]


def page_cells(page: Path) -> dict[tuple[str, str], str]:
    """The cells of the page's table of units, by unit and indicator."""
    cells = Cells()
    cells.feed(page.read_text("utf-8"))
    return {place: plain(text) for place, text in cells.found.items()}


def pdf_text(file: Path) -> str:
    """The text of all its pages."""
    return plain(" ".join(page.extract_text() for page in PdfReader(file).pages))


def document_rows(file: Path) -> list[list[str]]:
    """The rows of the document's table of units."""
    table = next(table for table in Document(str(file)).tables if table.cell(0, 0).text == "Đơn vị")
    return [[plain(cell.text) for cell in row.cells] for row in table.rows[1:]]


def workbook_figures(file: Path) -> dict[tuple[str, str], tuple[float, ...]]:
    """Unit and indicator -> value, numerator, denominator of the workbook; not a number where a cell is empty."""
    sheet = load_workbook(str(file)).get_sheet_by_name("Số liệu").to_python()[1:]
    return {(row[1], row[2]): tuple(math.nan if cell == "" else cell for cell in row[4:7]) for row in sheet}


def warehouse_figures(published: Path, report: PeriodicReport) -> dict[tuple[str, str], tuple[float, ...]]:
    """The same of the warehouse."""
    rows = figures_of(published, report, "value, numerator, denominator")
    return {(unit, code): tuple(math.nan if one is None else one for one in parts) for unit, code, *parts in rows}
