"""Workbooks (XLSX, XLS, ODS): sheets of records, cells as text; formulas arrive as the values they had when saved.

Every visible sheet that has the columns of the mapping is read; what is left out is named.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import partial
from itertools import islice
from math import isfinite

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ward_warehouse.core.names import names_shown
from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.files import mixed_dates
from ward_warehouse.sources.files.cells import ERROR_TEXT
from ward_warehouse.sources.files.encodings import LETTERS_OF_FONTS
from ward_warehouse.sources.files.header import Row
from ward_warehouse.sources.files.limits import MAX_CELLS, MAX_WHOLE_BYTES
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.tables import Parsed, read_parts, read_rows
from ward_warehouse.sources.files.text import composed
from ward_warehouse.sources.files.unpacking import Capped, Item
from ward_warehouse.sources.files.workbook_guard import check_workbook
from ward_warehouse.sources.files.workbook_marks import Marks, marks_of
from ward_warehouse.sources.numbers import number_text

DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
"""How a real date of a workbook arrives, also one without an hour; a mapping lists it beside the typed forms."""
PANIC = "PanicException"
EXACT = 10**15
"""From here on a spreadsheet program has changed the digits that were typed: it keeps fifteen."""


def read_spreadsheet(item: Item, spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    """The records of the sheets that `sheet` or `sheets` names, or of each visible one that has the mapping's columns.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    content = io.BufferedReader(Capped(item.open(), None, MAX_WHOLE_BYTES)).read()
    with _opened(content) as (workbook, marks):
        shown = names_shown(_sheet_names(workbook, spec), _known(spec, mapping))
        parts = (
            (
                shown[name],
                partial(_read_sheet, f"{item.label} sheet {shown[name]}", workbook, name, marks, spec, mapping),
            )
            for name in shown
        )
        return read_parts(parts, named=spec.sheet is not None or spec.sheets is not None)


def rows_of_sheets(content: bytes, most: int) -> list[list[Sequence[str]]]:
    """The first filled rows of each visible sheet of a workbook, their cells as text, whatever they mean.

    Args:
        content: of the file.
        most: rows of a sheet.

    Raises:
        RefusedError: the workbook cannot be loaded.
    """
    with _opened(content) as (workbook, marks):
        return [
            [cells for _, cells in islice(_rows_of(workbook, name, marks(name)), most)] for name in _visible(workbook)
        ]


@contextmanager
def _opened(content: bytes) -> Iterator[tuple[CalamineWorkbook, Callable[[str], Marks]]]:
    """The workbook and the marks of its sheets; what the reader raises, then or while it is open, is a refusal."""
    check_workbook(content)
    marks = marks_of(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            yield workbook, marks
    except PasswordError:
        raise RefusedError("archive_locked") from None
    except CalamineError:
        raise RefusedError("workbook_damaged") from None
    except BaseException as error:
        # The reader is Rust: a file that breaks what it takes for granted raises its panic, which is no Exception.
        if type(error).__name__ == PANIC:
            raise RefusedError("workbook_damaged") from None
        raise


def _known(spec: FilesRead, mapping: RecordKindMap) -> list[str]:
    """What a sheet's name may show beside ordinary words."""
    return [spec.pattern, spec.sheet or "", spec.sheets or "", *mapping.source_columns()]


def _sheet_names(workbook: CalamineWorkbook, spec: FilesRead) -> list[str]:
    visible = _visible(workbook)
    if spec.sheet is not None:
        found = [name for name in workbook.sheet_names if name == spec.sheet]
    elif spec.sheets is not None:
        found = [name for name in visible if fnmatchcase(composed(name), composed(spec.sheets))]
    else:
        return visible
    if not found:
        raise RefusedError("sheet_missing", name=spec.sheet or spec.sheets)
    return found


def _visible(workbook: CalamineWorkbook) -> list[str]:
    return [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
    ]


def _read_sheet(
    where: str,
    workbook: CalamineWorkbook,
    name: str,
    marks_of_sheet: Callable[[str], Marks],
    spec: FilesRead,
    mapping: RecordKindMap,
) -> Parsed:
    marks = marks_of_sheet(name)
    rows = _rows_of(workbook, name, marks, LETTERS_OF_FONTS.get(spec.encoding))
    parsed, _ = read_rows(where, rows, spec, mapping, marks.merged)
    if marks.from_1904:
        parsed.tables[:] = [mixed_dates.counted_from_1904(table, mapping) for table in parsed.tables]
    lines = [*parsed.warnings, *mixed_dates.mixed(parsed.tables, mapping)]
    parsed.warnings[:] = [f"sheet {where.rpartition(' sheet ')[2]} {line}" for line in lines]
    return parsed


def _rows_of(
    workbook: CalamineWorkbook, name: str, marks: Marks, letters: dict[int, str] | None = None
) -> Iterator[Row]:
    """The rows with their numbers and columns as the sender sees them: the reader leaves empty columns at the left.

    The marks are taken before: to take them refuses a sheet that the reader could not hold.
    """
    sheet = workbook.get_sheet_by_name(name)
    # The old binary format has no member that could be measured before it is opened; it ends at 65,536 by 256 cells.
    if sheet.total_height * sheet.total_width > MAX_CELLS:
        raise RefusedError("sheet_extent", limit=MAX_CELLS)
    margin = [""] * (sheet.start[1] if sheet.start else 0)
    for number, cells in enumerate(sheet.iter_rows(), 1):
        texts = margin + [cell_text(cell) for cell in cells]
        if letters:
            texts = [composed(text.translate(letters)) for text in texts]
        if shown := marks.percents.get(number):
            texts = [
                percent_text(cell) if shown >> at & 1 else text
                for at, (cell, text) in enumerate(zip([*margin, *cells], texts, strict=True), 1)
            ]
        for front, shown in marks.fronts.get(number, {}).items():
            texts = [front.shown(text) if shown >> at & 1 else text for at, text in enumerate(texts, 1)]
        if wrong := marks.errors.get(number):
            # The reader ends a row at its last filled cell, which an error is not.
            texts += [""] * (wrong.bit_length() - 1 - len(texts))
            texts = [ERROR_TEXT if wrong >> at & 1 else text for at, text in enumerate(texts, 1)]
        marks.merged.start(number, texts)
        if any(texts):
            yield number, texts


def cell_text(cell: object) -> str:
    """A cell as text: dates in `DATE_FORMAT`, whole numbers without a point, other numbers with a decimal point.

    A number with three decimals gets a fourth, 0: the number 15.983 must not be read as the 15.983 that was typed. A
    number of more than fifteen digits is not the one that was typed, and is written so that it fits no id; one that is
    not finite is none.
    """
    match cell:
        case str():
            return composed(cell)
        case bool():
            return str(cell).lower()
        case float() | int():
            return _number_text(cell)
        case datetime():
            return cell.strftime(DATE_FORMAT)
        case date():
            return datetime.combine(cell, time()).strftime(DATE_FORMAT)
        case timedelta() | time():
            return str(cell)
    return ""


def percent_text(cell: object) -> str:
    """A number that is shown in percent, as it is shown: 0.968 is 96.8."""
    if isinstance(cell, bool) or not isinstance(cell, float | int):
        return cell_text(cell)
    return cell_text(float(Decimal(repr(cell)) * 100))


def _number_text(number: float) -> str:
    if not isfinite(number):
        return ERROR_TEXT
    if abs(number) >= EXACT:
        return f"{number:.14e}"
    if number == int(number):
        return str(int(number))
    return number_text(str(number))
