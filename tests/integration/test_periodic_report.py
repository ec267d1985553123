"""The periodic report of both districts: every figure of every format is the warehouse's, cell by cell."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from python_calamine import load_workbook

from tests.integration.conftest import DemoNights
from tests.support.browser import accessibility_faults, overflow
from tests.support.full_disk import files_of_at_most
from tests.support.report_cells import (
    CODES,
    document_rows,
    lines,
    page_cells,
    pdf_text,
    plain,
    warehouse_figures,
    warehouse_texts,
    workbook_figures,
    written_as,
)
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import parse_period
from ward_warehouse.reports.periodic.content import DETAILS, EVIDENCE
from ward_warehouse.reports.periodic.files import reports_folder, write_report
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.periodic.nightly import write_newest_months
from ward_warehouse.reports.periodic.reading import read_report
from ward_warehouse.reports.periodic.workbook import LONGEST_NAME
from ward_warehouse.reports.scorecard import read_indicators

PERIODS = [
    ("demo", "quan_11", "2018-11"), ("demo", "quan_11", "2018-Q3"), ("demo", "thanh_xuan", "2016-H1"),
    ("demo", "thanh_xuan", "2016-05"), ("golden", "quan_1", "2011-9M"), ("golden", "ba_dinh", "2011"),
    ("golden", "long_bien", "2018"),
]  # fmt: skip
"""Of each golden district the period that its own document is about; Ba Đình has no surveys."""


@pytest.fixture(scope="module", params=PERIODS, ids=lambda param: "-".join(param[1:]))
def report(request: pytest.FixtureRequest) -> tuple[PeriodicReport, Settings]:
    fixture, district, period = request.param
    state = request.getfixturevalue(fixture)
    settings: Settings = state.settings if isinstance(state, DemoNights) else state
    return read_report(settings.published_file, district, None, parse_period(period), settings.office), settings


@pytest.fixture(scope="module")
def files(report: tuple[PeriodicReport, Settings]) -> dict[str, Path]:
    found, settings = report
    return {file.suffix: file for file in write_report(settings, found)}


@pytest.fixture(scope="module")
def expected(report: tuple[PeriodicReport, Settings]) -> dict[tuple[str, str], str]:
    found, settings = report
    return warehouse_texts(settings.published_file, found)


def test_the_page_shows_the_warehouse_s_figures(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], expected: dict[tuple[str, str], str]
) -> None:
    shown = {row.key for row in report[0].rows}
    assert len(shown) > 2 or report[0].district_code == "ba_dinh", "whose records name no ward"
    assert page_cells(files[".html"]) == {place: text for place, text in expected.items() if place[0] in shown}
    assert not re.search(r"https?://", files[".html"].read_text("utf-8")), "a page needs nothing beside it"


def test_the_pdf_shows_the_same(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], expected: dict[tuple[str, str], str]
) -> None:
    text = pdf_text(files[".pdf"])
    for name, *figures in lines(report[0], expected):
        # The interval's picture and the change stand between on time and the last two.
        assert f"{name} {' '.join(figures[:5])}" in text
        assert " ".join(figures[5:]) in text
    assert plain(" ".join(report[0].findings)) in text


def test_the_document_shows_the_same(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path], expected: dict[tuple[str, str], str]
) -> None:
    assert document_rows(files[".docx"]) == lines(report[0], expected)


def test_the_workbook_holds_the_figures_and_the_records_of_each(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path]
) -> None:
    found, _ = report
    book = load_workbook(str(files[".xlsx"]))
    rows = {row[0]: row[1:] for row in book.get_sheet_by_name("Tổng hợp").to_python()[5:]}
    district = found.district.figures
    for code, value in zip(CODES, rows["Toàn quận"], strict=True):
        known = district[code].value if code in district else None
        assert value == pytest.approx(known) if known is not None else isinstance(value, str)
    for code, figure in district.items():
        sheet = code[:LONGEST_NAME]
        if sheet not in book.sheet_names:
            assert found.period.grain != "month", f"{code} has no sheet"
            continue
        records = book.get_sheet_by_name(sheet).to_python()[1:]
        counted = [sum(row[place] == "có" for row in records) for place in (3, 4)]
        if figure.value is None:
            assert records == [], f"{code} is not shown, and its records are"
        elif figure.numerator is not None:
            assert counted[0] == figure.numerator, code
            assert figure.denominator in (None, counted[1]), code
        else:
            assert counted[1] == figure.denominator, code
    main = [code for code in EVIDENCE if code in district]
    assert {code[:LONGEST_NAME] for code in main} <= set(book.sheet_names)


def test_every_figure_of_the_workbook_is_the_warehouse_s(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path]
) -> None:
    found, settings = report
    warehouse, written = warehouse_figures(settings.published_file, found), workbook_figures(files[".xlsx"])
    # A workbook keeps sixteen digits.
    assert {place: pytest.approx(warehouse[place], rel=1e-14, nan_ok=True) for place in written} == written
    assert {code for _, code in written} == set(found.definitions)


def test_the_tables_of_the_subject_say_the_same_in_each_format(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path]
) -> None:
    """Name, value and parts of each line: in the page, in the document, in the text of the PDF."""
    found = report[0]
    page = plain(re.sub(r"<[^>]+>", " ", unescape(files[".html"].read_text("utf-8"))))
    document = Document(str(files[".docx"]))
    texts = {plain(cell.text) for table in document.tables for row in table.rows for cell in row.cells}
    printed = pdf_text(files[".pdf"])
    figures = [one for _, codes in DETAILS for code in codes if (one := found.subject.figures.get(code))]
    assert figures
    for figure in figures:
        said = written_as(figure.value, figure.unit) if figure.value is not None else plain(str(figure.note_text))
        assert f"{found.definitions[figure.indicator_code].name} {said}" in page
        assert said in texts
        assert said in printed


def test_what_dossiers_and_procedures_are_made_of_is_the_same_in_each_format(
    report: tuple[PeriodicReport, Settings], files: dict[str, Path]
) -> None:
    found = report[0]
    page = plain(re.sub(r"<[^>]+>", " ", unescape(files[".html"].read_text("utf-8"))))
    document = Document(str(files[".docx"]))
    rows = {tuple(plain(cell.text) for cell in row.cells) for table in document.tables for row in table.rows}
    printed = pdf_text(files[".pdf"])
    sheet = {tuple(row[1:3]) for row in load_workbook(str(files[".xlsx"])).get_sheet_by_name("Cơ cấu").to_python()[1:]}
    parts = [*found.channels, *found.levels]
    assert parts or found.district_code != "quan_11"
    for part in parts:
        count = "ẩn" if part.count is None else written_as(part.count, "dossiers")
        share = "" if part.share is None else written_as(part.share, "share")
        assert f"{part.name} {count} {share}".strip() in page
        assert f"{part.name} {count} {share}".strip() in printed
        assert (part.name, count, share) in rows
        assert (part.name, "" if part.count is None else part.count) in sheet


def test_the_page_is_for_everyone_who_reads_it(files: dict[str, Path], tmp_path: Path) -> None:
    assert accessibility_faults(files[".html"], tmp_path) == []
    assert overflow(files[".html"], tmp_path, 390) <= 0


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


@pytest.mark.parametrize(
    ("district", "day", "words"),
    [
        ("quan_12", None, "found district 'quan_12', expected one of quan_11, thanh_xuan"),
        ("quan_11", date(2031, 1, 31), "no month with 2031-01-31; expected one between 2018-01-01 and 2018-12-31"),
    ],
)
def test_the_table_of_the_terminal_refuses_it_too(
    demo: DemoNights, district: str, day: date | None, words: str
) -> None:
    with pytest.raises(WardWarehouseError, match=re.escape(words)):
        read_indicators(demo.settings.published_file, district, "month", day)


def test_a_night_whose_disk_is_full_keeps_yesterday_s_reports(demo: DemoNights, tmp_path: Path) -> None:
    """The system refuses what is written; the night goes on and says what it did not write."""
    settings = demo.settings.model_copy(update={"home": tmp_path, "report_formats": "html"})
    settings.published_file.parent.mkdir()
    settings.published_file.hardlink_to(demo.settings.published_file)
    written = write_newest_months(settings).written
    assert len(written) == 4
    before = {file: file.read_bytes() for file in reports_folder(settings).rglob("*.html")}
    with files_of_at_most(20_000):
        full = write_newest_months(settings)
    assert full.written == []
    assert len(full.refused) == len(written)
    assert all("what stood there is left as it was" in reason for reason in full.refused)
    assert {file: file.read_bytes() for file in reports_folder(settings).rglob("*.html")} == before
