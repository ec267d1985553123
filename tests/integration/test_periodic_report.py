"""The periodic report of both districts: every figure of every format is the warehouse's, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader
from python_calamine import load_workbook

from tests.integration.conftest import DemoNights
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.periodic.files import write_report
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.periodic.reading import read_report

CODES = (
    "dossiers_received", "dossiers_resolved", "resolved_late", "dossiers_overdue", "on_time_of_resolved",
    "online_filing_rate", "satisfaction_rate",
)  # fmt: skip
PERIODS = [("quan_11", "2018-11"), ("quan_11", "2018-Q3"), ("thanh_xuan", "2016-H1"), ("thanh_xuan", "2016-05")]


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


@pytest.fixture(scope="module", params=PERIODS, ids=lambda param: "-".join(param))
def report(request: pytest.FixtureRequest, demo: DemoNights) -> Iterator[tuple[PeriodicReport, Settings]]:
    district, period = request.param
    settings = demo.settings
    return read_report(settings.published_file, district, None, parse_period(period), settings.office), settings


@pytest.fixture(scope="module")
def files(report: tuple[PeriodicReport, Settings]) -> dict[str, Path]:
    found, settings = report
    return {file.suffix: file for file in write_report(settings, found)}


@pytest.fixture(scope="module")
def expected(report: tuple[PeriodicReport, Settings], demo: DemoNights) -> dict[tuple[str, str], str]:
    """Unit and indicator -> text, from reform_indicators itself."""
    found = report[0]
    rows = demo.query(
        "SELECT coalesce(ward_key, district_code), indicator_code, value, unit FROM marts.reform_indicators "
        "JOIN marts.dim_indicator USING (indicator_code, indicator_version) "
        "WHERE district_code = $district AND period_grain = $grain AND period_start = $start AND period_end = $end "
        "AND list_contains($codes, indicator_code)",
        {
            "district": found.district_code, "grain": found.period.grain, "start": found.period.start,
            "end": found.period.end, "codes": list(CODES),
        },
    )  # fmt: skip
    return {(unit, code): written_as(value, kind) for unit, code, value, kind in rows}


def lines(report: PeriodicReport, expected: dict[tuple[str, str], str]) -> list[list[str]]:
    return [
        ["Toàn quận" if row.is_district else row.name, *(expected[row.key, code] for code in CODES)]
        for row in report.rows
    ]


def test_the_page_shows_the_warehouse_s_figures(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], expected: dict[tuple[str, str], str]
) -> None:
    cells = Cells()
    cells.feed(files[".html"].read_text("utf-8"))
    shown = {row.key for row in report[0].rows}
    assert len(shown) > 10
    assert {place: plain(text) for place, text in cells.found.items()} == {
        place: text for place, text in expected.items() if place[0] in shown
    }
    assert not re.search(r"https?://", files[".html"].read_text("utf-8")), "a page needs nothing beside it"


def test_the_pdf_shows_the_same(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], expected: dict[tuple[str, str], str]
) -> None:
    text = plain(" ".join(page.extract_text() for page in PdfReader(files[".pdf"]).pages))
    for name, *figures in lines(report[0], expected):
        # The interval's picture and the change stand between on time and the last two.
        assert f"{name} {' '.join(figures[:5])}" in text
        assert " ".join(figures[5:]) in text
    assert plain(" ".join(report[0].findings)) in text


def test_the_document_shows_the_same(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], expected: dict[tuple[str, str], str]
) -> None:
    document = Document(str(files[".docx"]))
    table = next(table for table in document.tables if table.cell(0, 0).text == "Đơn vị")
    assert [[plain(cell.text) for cell in row.cells] for row in table.rows[1:]] == lines(report[0], expected)


def test_the_workbook_holds_the_figures_and_the_records_of_each(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], demo: DemoNights
) -> None:
    found = report[0]
    book = load_workbook(str(files[".xlsx"]))
    rows = {row[0]: row[1:] for row in book.get_sheet_by_name("Tổng hợp").to_python()[5:]}
    district = found.district.figures
    for code, value in zip(CODES, rows["Toàn quận"], strict=True):
        assert value == pytest.approx(district[code].value)
    sheet = book.get_sheet_by_name("on_time_of_resolved").to_python()[1:]
    counted = demo.query(
        "SELECT numerator, denominator FROM marts.reform_indicators WHERE indicator_code = 'on_time_of_resolved' "
        "AND ward_key IS NULL AND district_code = $district AND period_grain = $grain AND period_start = $start "
        "AND period_end = $end",
        {
            "district": found.district_code, "grain": found.period.grain, "start": found.period.start,
            "end": found.period.end,
        },
    )  # fmt: skip
    assert (sum(row[3] == "có" for row in sheet), len(sheet)) == counted[0]


def test_a_ward_s_report_is_about_the_ward(demo: DemoNights) -> None:
    found = read_report(
        demo.settings.published_file, "quan_11", "quan_11_p06", parse_period("2018-11"), demo.settings.office
    )
    assert [row.key for row in found.rows] == ["quan_11_p06", "quan_11"]
    assert found.findings[0].startswith("Phường 6 tiếp nhận 212 hồ sơ")


@pytest.mark.parametrize(
    ("district", "ward", "period", "words"),
    [
        ("quan_12", None, "2018-11", "expected one of quan_11, thanh_xuan"),
        ("quan_11", "nowhere", "2018-11", "quan_11_p01, quan_11_p02"),
        ("quan_11", None, "2031-01", "2031-01; expected a period between 2018-01-01"),
    ],
)
def test_what_there_is_not_is_refused_by_what_there_is(
    demo: DemoNights, district: str, ward: str | None, period: str, words: str
) -> None:
    with pytest.raises(WardWarehouseError, match=re.escape(words)):
        read_report(demo.settings.published_file, district, ward, parse_period(period), "")


def test_the_report_knows_no_more_than_the_warehouse(report: tuple[PeriodicReport, Settings]) -> None:
    """A sentence that names a ward names one that differs beyond chance, and none is named without."""
    found = report[0]
    text = " ".join(found.findings)
    differing: dict[bool, list[Any]] = {True: [], False: []}
    for row in found.wards:
        differing[bool(row.figures["on_time_of_resolved"].differs)].append(row)
    assert ("hơn mức chung" in text) == bool(differing[True])
    for row in differing[False]:
        assert not re.search(rf"hơn mức chung[^.]*{re.escape(row.name)}(?!\d)", text)
