"""A periodic report as a workbook: the figures, and one sheet for each figure with the records behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import xlsxwriter

from ward_warehouse.reports.cells import SHEET_ROWS, new_workbook, write_row
from ward_warehouse.reports.periodic.content import COLUMNS, evidence_codes
from ward_warehouse.reports.periodic.evidence import EVIDENCE_COLUMNS
from ward_warehouse.reports.periodic.model import Figure, PeriodicReport
from ward_warehouse.reports.periodic.page import mixed
from ward_warehouse.reports.vietnamese import day_text

LONGEST_NAME = 31
"""Characters of a sheet's name: Excel's limit."""

ReadEvidence = Callable[[Sequence[str]], Iterable[tuple[str, Sequence[Any]]]]
"""Gives the records behind some indicators, in their order: code, and values in the order of `EVIDENCE_COLUMNS`."""


def write_workbook(report: PeriodicReport, file: Path, evidence: ReadEvidence) -> None:
    """Writes the workbook.

    Texts of wards are written as texts: nothing in it is a formula or a link, whatever it begins with.
    """
    with new_workbook(file, "dd/mm/yyyy") as book:
        book.set_properties({"title": report.title, "author": ""})
        styles = {
            "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}),
            "title": book.add_format({"bold": True, "font_size": 14}),
            "share": book.add_format({"num_format": "0.0%"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "number": book.add_format({"num_format": "#,##0.0"}),
        }
        _summary(book, report, styles)
        _all_figures(book, report, styles)
        _mixes(book, report, styles)
        _definitions(book, report, styles)
        codes = [code for code in evidence_codes(report.period.grain) if code in report.definitions]
        absent = dict.fromkeys(codes)
        for code, records in groupby(evidence(codes), key=itemgetter(0)):
            _evidence(book, code, (record for _, record in records), styles)
            del absent[code]
        for code in absent:
            _evidence(book, code, (), styles)


def _summary(book: xlsxwriter.Workbook, report: PeriodicReport, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Tổng hợp")
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, len(COLUMNS), 13)
    sheet.write_string(0, 0, report.title, styles["title"])
    as_of = f"; số liệu đến {day_text(report.as_of)}" if report.as_of else ""
    sheet.write_string(1, 0, f"{report.state}{as_of}; {report.reporting}")
    sheet.write_string(2, 0, " ".join(report.findings))
    if report.changes:
        sheet.write_string(3, 0, report.changes)
    for place, name in enumerate(["Đơn vị", *(name for _, name in COLUMNS)]):
        sheet.write_string(4, place, name, styles["head"])
    for line, unit in enumerate(report.rows, 5):
        sheet.write_string(line, 0, "Toàn quận" if unit.is_district else unit.name)
        for place, (code, _) in enumerate(COLUMNS, 1):
            _write(sheet, line, place, unit.figures.get(code), styles)
    sheet.freeze_panes(5, 1)


def _all_figures(book: xlsxwriter.Workbook, report: PeriodicReport, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Số liệu")
    headings = [
        "Đơn vị", "Mã đơn vị", "Mã chỉ số", "Chỉ số", "Giá trị", "Tử số", "Mẫu số", "Cận dưới 95 %", "Cận trên 95 %",
        "Kỳ trước", "Cùng kỳ năm trước", "Mục tiêu", "Lý do trống",
    ]  # fmt: skip
    for place, name in enumerate(headings):
        sheet.write_string(0, place, name, styles["head"])
    line = 1
    for unit in report.rows:
        for code, definition in report.definitions.items():
            figure = unit.figures.get(code)
            if figure is None:
                continue
            for place, text in enumerate((unit.name, unit.key, code, definition.name)):
                sheet.write_string(line, place, text)
            _write(sheet, line, 4, figure, styles, noted=False)
            others = (figure.numerator, figure.denominator, figure.low, figure.high, figure.before,
                      figure.year_before, figure.target)  # fmt: skip
            for place, value in enumerate(others, 5):
                if value is not None:
                    style = styles["count"] if place in (5, 6) else _style(figure, styles)
                    sheet.write_number(line, place, value, style)
            if figure.note_text:
                sheet.write_string(line, 12, figure.note_text)
            line += 1
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 3, 24)


def _mixes(book: xlsxwriter.Workbook, report: PeriodicReport, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Cơ cấu")
    for place, name in enumerate(["Bảng", "Phần", "Số lượng", "Tỷ lệ"]):
        sheet.write_string(0, place, name, styles["head"])
    parts = ((heading, part) for heading, shares in mixed(report) for part in shares)
    for line, (heading, part) in enumerate(parts, 1):
        sheet.write_string(line, 0, heading)
        sheet.write_string(line, 1, part.name)
        for place, value, style in ((2, part.count, "count"), (3, part.share, "share")):
            if value is not None:
                sheet.write_number(line, place, value, styles[style])
    sheet.set_column(0, 1, 30)


def _definitions(book: xlsxwriter.Workbook, report: PeriodicReport, styles: dict[str, Any]) -> None:
    sheet = book.add_worksheet("Định nghĩa")
    for place, name in enumerate(["Mã chỉ số", "Phiên bản", "Tên", "Định nghĩa", "Căn cứ"]):
        sheet.write_string(0, place, name, styles["head"])
    for line, one in enumerate(report.definitions.values(), 1):
        sheet.write_string(line, 0, one.code)
        sheet.write_number(line, 1, one.version)
        for place, text in enumerate((one.name, one.description, one.source), 2):
            sheet.write_string(line, place, text)
    sheet.set_column(0, 4, 30)


def _evidence(book: xlsxwriter.Workbook, code: str, records: Iterable[Sequence[Any]], styles: dict[str, Any]) -> None:
    sheet: Any = None
    line = SHEET_ROWS
    for number, record in enumerate(records):
        if line == SHEET_ROWS:
            sheet, line = _evidence_sheet(book, code, number // SHEET_ROWS, styles), 0
        line += 1
        write_row(sheet, line, record)
    if sheet is None:
        _evidence_sheet(book, code, 0, styles)


def _evidence_sheet(book: xlsxwriter.Workbook, code: str, number: int, styles: dict[str, Any]) -> Any:
    tail = f" {number + 1}" if number else ""
    sheet = book.add_worksheet(f"{code[: LONGEST_NAME - len(tail)]}{tail}")
    for place, name in enumerate(EVIDENCE_COLUMNS):
        sheet.write_string(0, place, name, styles["head"])
    sheet.set_column(0, len(EVIDENCE_COLUMNS) - 1, 20)
    sheet.freeze_panes(1, 0)
    return sheet


def _write(
    sheet: Any, line: int, place: int, figure: Figure | None, styles: dict[str, Any], *, noted: bool = True
) -> None:
    if figure is None:
        return
    if figure.value is not None:
        sheet.write_number(line, place, figure.value, _style(figure, styles))
    elif noted and figure.note_text:
        sheet.write_string(line, place, figure.note_text)


def _style(figure: Figure, styles: dict[str, Any]) -> Any:
    if figure.unit == "share":
        return styles["share"]
    return styles["count"] if figure.value is None or float(figure.value).is_integer() else styles["number"]
