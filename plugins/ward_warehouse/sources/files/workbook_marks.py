"""What the reader of workbooks does not tell of their cells: which hold an error, are shown otherwise, are covered.

The reader gives an error such as #N/A, and a formula without a stored value, as an empty cell, 96.8 % as 0.968 and 007
as 7.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar
from xml.etree.ElementTree import Element

import xlrd
from defusedxml import ElementTree

from ward_warehouse.sources.files.limits import MAX_CELLS
from ward_warehouse.sources.files.merged_cells import MergedCells
from ward_warehouse.sources.files.number_formats import PERCENT_FORMATS, Front, front_of, front_shown, is_percent
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.workbook_guard import ZIP, damage, walk

ERROR_TEXT = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!)|Err:\d{3}")
LEAP_YEARS_1904 = "1904"

T = TypeVar("T")


@dataclass
class Marks:
    """The marked cells of a sheet, by row from 1: a number whose bit `column` (from 1) is set for a marked one.

    Attributes:
        errors: cells with an error, or with a formula that has no stored value.
        percents: numbers shown in percent.
        fronts: numbers with zeros or text in front of them, in each row by what stands there.
        merged: cells that merged ones cover.
        from_1904: the workbook counts its days from 1904-01-01, four years and a day later than others.
    """

    errors: dict[int, int] = field(default_factory=dict)
    percents: dict[int, int] = field(default_factory=dict)
    fronts: dict[int, dict[Front, int]] = field(default_factory=dict)
    merged: MergedCells = field(default_factory=MergedCells)
    from_1904: bool = False


def marks_of(content: bytes) -> Callable[[str], Marks]:
    """What gives the marks of a sheet of a workbook by its name.

    Raises:
        RefusedError: the workbook is damaged; of a sheet, also that its filled cells span more than is allowed.
    """
    if not content.startswith(ZIP):
        return _Xls(content).marks
    with damage():
        archive = zipfile.ZipFile(io.BytesIO(content))
        return (_Xlsx(archive) if "xl/workbook.xml" in archive.namelist() else _Ods(archive)).marks


class _Xls:
    """The old binary format, told by xlrd."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    @cached_property
    def _book(self) -> xlrd.Book:
        try:
            return xlrd.open_workbook(file_contents=self._content, formatting_info=True, logfile=io.StringIO())
        # The library fails on a damaged file in as many ways as a file can be damaged.
        except Exception:
            raise RefusedError("workbook_damaged") from None

    def marks(self, name: str) -> Marks:
        formats = self._book.format_map
        styles = [formats[xf.format_key].format_str for xf in self._book.xf_list]
        percents = {index for index, style in enumerate(styles) if is_percent(style)}
        fronts = {index: front for index, style in enumerate(styles) if (front := front_of(style))}
        sheet = self._book.sheet_by_name(name)
        marks = Marks(from_1904=self._book.datemode == 1)
        for row in range(sheet.nrows):
            for column, cell_type in enumerate(sheet.row_types(row), 1):
                if cell_type == xlrd.XL_CELL_ERROR:
                    _set(marks.errors, row + 1, column)
                elif cell_type == xlrd.XL_CELL_NUMBER:
                    style = sheet.cell_xf_index(row, column - 1)
                    if style in percents:
                        _set(marks.percents, row + 1, column)
                    elif style in fronts:
                        _set(marks.fronts.setdefault(row + 1, {}), fronts[style], column)
        for first_row, last_row, first_column, last_column in sheet.merged_cells:
            rows, columns = range(first_row + 1, last_row + 1), range(first_column + 1, last_column + 1)
            marks.merged.add(_within(rows, sheet.nrows), _within(columns, sheet.ncols))
        return marks


class _Xlsx:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {name.lower(): name for name in archive.namelist()}
        book = self._parsed("xl/workbook.xml")
        links = {link.get("Id"): link.get("Target", "") for link in self._parsed("xl/_rels/workbook.xml.rels")}
        self._sheets = {}
        for sheet in _each(book, "sheet"):
            ids = [value for key, value in sheet.items() if key.endswith("}id")]
            self._sheets[sheet.get("name", "")] = _member_name(links.get(ids[0], "") if ids else "")
        self._from_1904 = any(item.get("date1904") in ("1", "true") for item in _each(book, "workbookPr"))
        self._percents: set[str] = set()
        self._fronts: dict[str, Front] = {}
        self._read_styles()

    def marks(self, name: str) -> Marks:
        marks = Marks(from_1904=self._from_1904)
        with damage():
            walk(
                self._archive,
                self._members[self._sheets[name].lower()],
                _XlsxCells(marks, self._percents, self._fronts),
            )
        return marks

    def _read_styles(self) -> None:
        if "xl/styles.xml" not in self._members:
            return
        styles = self._parsed("xl/styles.xml")
        own = {item.get("numFmtId"): item.get("formatCode", "") for item in _each(styles, "numFmt")}
        cells = next(_each(styles, "cellXfs"), None)
        for at, xf in enumerate(cells if cells is not None else ()):
            number = xf.get("numFmtId", "")
            if is_percent(own[number]) if number in own else number in PERCENT_FORMATS:
                self._percents.add(str(at))
            elif front := front_of(own.get(number, "")):
                self._fronts[str(at)] = front

    def _parsed(self, name: str) -> Element:
        found: Element = ElementTree.fromstring(self._archive.read(self._members[name]), forbid_dtd=True)
        return found


def _each(root: Element, local: str) -> Any:
    return (element for element in root.iter() if element.tag.rpartition("}")[2] == local)


def _member_name(target: str) -> str:
    target = target.replace("\\", "/")
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


class _XlsxCells:
    """Cells without a reference stand behind the one before; so do rows."""

    def __init__(self, marks: Marks, percents: set[str], fronts: dict[str, Front]) -> None:
        self._marks = marks
        self._percents = percents
        self._fronts = fronts
        self._row = self._column = self._last_row = self._last_column = 0
        self._kind = self._style = ""
        self._formula = self._filled = self._in_value = False

    def start(self, name: str, attrs: Any) -> None:
        match name:
            case "c":
                at = attrs.get("r")
                self._column = _column_number(at) if at else self._column + 1
                if at:
                    self._row = _row_number(at)
                self._kind, self._style = attrs.get("t", ""), attrs.get("s", "")
                self._formula = self._filled = False
            case "row":
                self._row = _positive(attrs.get("r", str(self._row + 1)))
                self._column = 0
            case "v" | "is":
                self._in_value = True
            case "f":
                self._formula = True
            case "mergeCell":
                self._add_merged(*attrs.get("ref", "").partition(":")[::2])

    def text(self, content: str) -> None:
        if self._in_value:
            self._filled = True

    def end(self, name: str) -> None:
        match name:
            case "v" | "is":
                self._in_value = False
            case "c":
                self._end_cell()

    def _end_cell(self) -> None:
        # A formula may well give an empty text, and is then of that kind.
        wrong = self._kind == "e" or (self._formula and not self._filled and self._kind != "str")
        if not wrong and not self._filled:
            return
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)
        _refuse_extent(self._last_row, self._last_column)
        if wrong:
            _set(self._marks.errors, self._row, self._column)
        elif self._kind in ("", "n"):
            if self._style in self._percents:
                _set(self._marks.percents, self._row, self._column)
            elif self._style in self._fronts:
                _set(self._marks.fronts.setdefault(self._row, {}), self._fronts[self._style], self._column)

    def _add_merged(self, first: str, last: str) -> None:
        """Takes a merged cell; merged cells stand behind all rows, and what lies beyond the filled cells is nothing."""
        if last:
            rows = range(_row_number(first), _row_number(last) + 1)
            columns = range(_column_number(first), _column_number(last) + 1)
            self._marks.merged.add(_within(rows, self._last_row), _within(columns, self._last_column))


LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$"


def _column_number(reference: str) -> int:
    """The number of a reference's column; of one beyond all columns, a number that no sheet may have."""
    number = 0
    for letter in reference.lstrip("$"):
        if not letter.isalpha() or number > MAX_CELLS:
            break
        number = number * 26 + ord(letter.upper()) - ord("A") + 1
    return number


def _row_number(reference: str) -> int:
    return _positive(reference.lstrip(LETTERS))


class _Ods:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._sheets: dict[str, Marks] = {}
        walk(archive, "content.xml", _OdsCells(self._sheets))

    def marks(self, name: str) -> Marks:
        return self._sheets.get(name, Marks())


class _OdsCells:
    """Repeated cells and rows count as often as they are repeated, up to the last one that holds something.

    The text of a cell is that of its own paragraphs: one of a comment or a drawing in it only fills it.
    """

    def __init__(self, sheets: dict[str, Marks]) -> None:
        self._sheets = sheets
        self._marks = Marks()
        self._from_1904 = False
        self._rows = self._last_column = self._column = self._row_end = self._row_repeats = self._repeats = 0
        self._row_errors = self._row_percents = self._last_row = 0
        self._row_fronts: dict[Front, int] = {}
        self._merged: list[tuple[range, int, range]] = []
        self._cell: dict[str, str] = {}
        self._texts: list[str] = []
        self._in_text = self._depth = 0
        self._in_own = self._filled = False

    def start(self, name: str, attrs: Any) -> None:
        self._depth += 1
        match name:
            case "table-cell" | "covered-table-cell":
                self._depth = 0
                self._filled = False
                self._cell = {key.removeprefix("table:").removeprefix("office:"): at for key, at in attrs.items()}
                self._texts.clear()
                self._repeats = _positive(self._cell.get("number-columns-repeated", "1"))
            case "table-row":
                self._column = self._row_end = self._row_errors = self._row_percents = 0
                self._row_fronts = {}
                self._row_repeats = _positive(attrs.get("table:number-rows-repeated", "1"))
            case "table":
                self._rows = self._last_row = self._last_column = 0
                self._merged.clear()
                self._marks = self._sheets.setdefault(attrs.get("table:name", ""), Marks(from_1904=self._from_1904))
            case "null-date":
                self._from_1904 = attrs.get("table:date-value", "").startswith(LEAP_YEARS_1904)
            case "p":
                self._in_text += 1
                self._in_own |= self._depth == 1

    def text(self, content: str) -> None:
        self._filled |= self._in_text > 0
        if self._in_own and self._in_text == 1:
            self._texts.append(content)

    def end(self, name: str) -> None:
        match name:
            case "p":
                self._in_text -= 1
                self._in_own &= self._depth != 1
            case "table-cell" | "covered-table-cell":
                self._end_cell("".join(self._texts))
            case "table-row":
                self._end_row()
            case "table":
                self._end_table()
        self._depth -= 1

    def _end_cell(self, text: str) -> None:
        value_type = self._cell.get("value-type")
        formula = "formula" in self._cell
        first = self._column + 1
        self._column += self._repeats
        wrong = self._cell.get("calcext:value-type") == "error" or (formula and ERROR_TEXT.fullmatch(text.strip()))
        wrong = wrong or (formula and value_type is None and not text)
        if not wrong and value_type is None and not self._filled:
            return
        self._row_end = self._column
        _refuse_extent(self._rows + self._row_repeats, self._row_end)
        self._note_merged(first)
        at = ((1 << self._repeats) - 1) << first
        if wrong:
            self._row_errors |= at
        elif value_type == "percentage":
            self._row_percents |= at
        elif value_type == "float" and (front := front_shown(text, self._cell.get("value", "0"))):
            self._row_fronts[front] = self._row_fronts.get(front, 0) | at

    def _note_merged(self, column: int) -> None:
        down, across = (_positive(self._cell.get(f"number-{which}-spanned", "1")) for which in ("rows", "columns"))
        if (down, across) != (1, 1):
            rows = range(self._rows + 1, self._rows + 1 + self._row_repeats)
            self._merged.append((rows, down, range(column, column + across)))

    def _end_table(self) -> None:
        for starts, down, columns in self._merged:
            for row in starts:
                rows = range(row, row + down)
                self._marks.merged.add(_within(rows, self._last_row), _within(columns, self._last_column))

    def _end_row(self) -> None:
        first = self._rows + 1
        self._rows += self._row_repeats
        self._last_column = max(self._last_column, self._row_end)
        if not self._row_end:
            return
        _refuse_extent(self._rows, self._last_column)
        self._last_row = self._rows
        rows = range(first, self._rows + 1)
        if self._row_fronts:
            self._marks.fronts.update(dict.fromkeys(rows, self._row_fronts))
        for marks, found in ((self._marks.errors, self._row_errors), (self._marks.percents, self._row_percents)):
            if found:
                marks.update(dict.fromkeys(rows, found))


def _within(numbers: range, last: int) -> range:
    return range(numbers.start, min(numbers.stop, last + 1))


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise RefusedError("workbook_damaged")
    return number


def _refuse_extent(last_row: int, last_column: int) -> None:
    """Refuses filled cells that span too much, before a mark is made of the number of a column."""
    if last_row * last_column > MAX_CELLS:
        raise RefusedError("sheet_extent", limit=MAX_CELLS)


def _set(marks: dict[T, int], key: T, column: int) -> None:
    marks[key] = marks.get(key, 0) | 1 << column
