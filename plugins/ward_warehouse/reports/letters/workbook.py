"""The workbook itself: plain cells, a heading that stays in sight, a sheet that prints on A4 across."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path

import xlsxwriter

from ward_warehouse.core.errors import unwritable
from ward_warehouse.core.shown import on_one_line
from ward_warehouse.reports.cells import new_workbook

LONGEST_CELL = 1_000


@dataclass(frozen=True)
class Row:
    """One thing to mend in one record."""

    entry: str
    file: str
    row: int | None
    dossier_code: str
    column: str
    value: str
    wrong: str
    mend: str
    night: date


HEADINGS = (
    "Số", "Mã số", "Tệp", "Dòng", "Mã hồ sơ", "Cột", "Giá trị nhận được", "Sai ở đâu", "Cách sửa", "Đêm nhận",
)  # fmt: skip
WIDTHS = (5, 10, 24, 7, 22, 20, 26, 36, 44, 12)


def write_workbook(target: Path, title: str, lines: Sequence[str], rows: Iterable[Row]) -> None:
    """Writes the rows below a title and some lines.

    Args:
        target: the file; one that is there is replaced in one step.
        title: what stands above all.
        lines: what a clerk reads before the rows.
        rows: what is to be mended.

    Raises:
        WardWarehouseError: the file cannot be written.
    """
    fresh = target.with_name(f".{target.name}.part")
    try:
        with new_workbook(fresh) as book:
            _fill(book, title, lines, rows)
        fresh.replace(target)
    except OSError as error:
        raise unwritable(target, error) from None
    finally:
        # What cannot be removed must not hide why it could not be written.
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _fill(book: xlsxwriter.Workbook, title: str, lines: Sequence[str], rows: Iterable[Row]) -> None:
    sheet = book.add_worksheet("Cần sửa")
    bold, head = (
        book.add_format({"bold": True, "font_size": 14}),
        book.add_format(
            {
                "bold": True,
                "bg_color": "#1F3A5F",
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "top",
                "border": 1,
            }
        ),
    )
    cell = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "num_format": "@"})
    day = book.add_format({"valign": "top", "border": 1, "num_format": "dd/mm/yyyy"})
    whole = book.add_format({"valign": "top", "border": 1, "num_format": "0"})
    sheet.write_string(0, 0, _text(title), bold)
    for number, line in enumerate(lines, start=1):
        sheet.write_string(number, 0, _text(line))
    top = len(lines) + 2
    for column, (name, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(top, column, name, head)
    last = top
    for number, row in enumerate(rows, start=1):
        last = top + number
        for column, value in enumerate((number, *astuple(row))):
            if isinstance(value, date):
                sheet.write_datetime(last, column, value, day)
            elif isinstance(value, int):
                sheet.write_number(last, column, value, whole)
            else:
                sheet.write_string(last, column, _text(value or ""), cell)
    sheet.autofilter(top, 0, max(last, top), len(HEADINGS) - 1)
    sheet.freeze_panes(top + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer("&C&P / &N")


def _text(value: str) -> str:
    return on_one_line(value)[:LONGEST_CELL]
