"""Workbooks (XLSX, XLS, ODS): one sheet, its cells as text; formulas arrive as the values they had when saved."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ward_warehouse.registry import DatasetMap, FilesRead
from ward_warehouse.sources.files import tcvn3
from ward_warehouse.sources.files.header import Row
from ward_warehouse.sources.files.limits import MAX_CELLS, MAX_WHOLE_BYTES
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.tables import Parsed, read_rows
from ward_warehouse.sources.files.text import composed
from ward_warehouse.sources.files.unpacking import Capped, Item
from ward_warehouse.sources.files.workbook_guard import check_workbook, sheet_member

DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
"""How a real date of a workbook arrives, also one without an hour; a mapping lists it beside the typed forms."""
ERROR_TEXT = "#ERROR"
"""A cell whose formula failed; it fits no code and no date, so that it is judged an error and not an absence."""
EXACT = 2**53
"""From here on a workbook's number may not be the one that was typed."""
LIKE_THOUSANDS = re.compile(r"-?\d+\.\d{3}")
"""A number of a cell that a mapping would take for thousands, where wards type them with a dot."""


def read_spreadsheet(item: Item, spec: FilesRead, mapping: DatasetMap) -> Parsed:
    """The records of the sheet that `sheet` names, or of the first visible one.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    content = io.BufferedReader(Capped(item.open(), None, MAX_WHOLE_BYTES)).read()
    errors = check_workbook(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            sheet = _sheet(workbook, spec.sheet)
    except PasswordError:
        raise RefusedError("archive_locked") from None
    except CalamineError:
        raise RefusedError("workbook_damaged") from None
    # The old binary format has no member that could be measured before it is opened; it ends at 65,536 by 256 cells.
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise RefusedError("sheet_extent", sheet=sheet.name, limit=MAX_CELLS)
    wrong = errors.get(sheet_member(content, sheet.name), set()) if any(errors.values()) else set()
    try:
        rows = _rows(sheet, tcvn3.IN_UNICODE if spec.encoding == "tcvn3" else {}, wrong)
        return read_rows(f"{item.label} sheet {sheet.name}", rows, spec, mapping)[0]
    except RefusedError as refusal:
        refusal.sheet = sheet.name
        raise


def _sheet(workbook: CalamineWorkbook, name: str | None) -> CalamineSheet:
    if name is not None:
        if name not in workbook.sheet_names:
            raise RefusedError("sheet_missing", name=name)
        return workbook.get_sheet_by_name(name)
    for sheet in workbook.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            return workbook.get_sheet_by_name(sheet.name)
    raise RefusedError("empty")


def _rows(sheet: CalamineSheet, letters: dict[int, str], wrong: set[tuple[int, int]]) -> Iterator[Row]:
    """The rows with their numbers and columns as the sender sees them: the reader leaves empty columns at the left."""
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    wrong_rows = {row for row, _ in wrong}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = margin + [cell_text(cell) for cell in cells]
        if letters:
            texts = [composed(text.translate(letters)) for text in texts]
        if number in wrong_rows:
            texts = [ERROR_TEXT if (number, at) in wrong else text for at, text in enumerate(texts, 1)]
        if any(texts):
            yield number, texts


def cell_text(cell: object) -> str:
    """A cell as text: dates in `DATE_FORMAT`, whole numbers without a point, other numbers with a decimal point.

    A number with three decimals gets a fourth, 0: the number 15.983 must not be read as the 15.983 that was typed.
    """
    match cell:
        case str():
            return composed(cell)
        case bool():
            return str(cell).lower()
        case float() if cell.is_integer() and abs(cell) < EXACT:
            return str(int(cell))
        case float():
            return str(cell) + "0" * bool(LIKE_THOUSANDS.fullmatch(str(cell)))
        case datetime():
            return cell.strftime(DATE_FORMAT)
        case date():
            return datetime.combine(cell, time()).strftime(DATE_FORMAT)
        case timedelta() | time() | int():
            return str(cell)
    return ""
