"""Tables of an HTML page, which many programs save under the name of a workbook."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from functools import partial
from html.parser import HTMLParser

from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.files.header import Row
from ward_warehouse.sources.files.limits import MAX_CELLS, MAX_WHOLE_BYTES
from ward_warehouse.sources.files.merged_cells import MergedCells
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.tables import Parsed, read_parts, read_rows
from ward_warehouse.sources.files.text import composed, not_text, open_text
from ward_warehouse.sources.files.unpacking import Capped, Item

CHARSET = re.compile(rb"""charset\s*=\s*["']?([A-Za-z0-9_\-]+)""", re.IGNORECASE)
ASCII = rb'<meta charset="x-0"> +AGE- \x41 \u0041 ~{ .xn--4ca'
"""The signs of a statement, and those by which encodings that are no supersets of ASCII write other letters."""
SECTION = re.compile(r"<!\[(temp|cdata|ignore|include|rcdata|if|else|endif)(?![-_.a-z0-9])", re.IGNORECASE)
"""The marked sections that Python's parser knows; it fails on every other."""
HEAD_BYTES = 2048
MOST_SPANNED = 1000
BREAKS = ("br", "p", "div", "li")


def read_html(item: Item, spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    """The records of the tables of a page that have the mapping's columns; other tables are its layout.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    stream: io.BufferedReader = io.BufferedReader(Capped(item.open(), None, MAX_WHOLE_BYTES))
    encoding = _stated_encoding(stream.peek(HEAD_BYTES)[:HEAD_BYTES]) or spec.encoding
    page = _Page()
    try:
        page.feed(composed(open_text(stream, encoding).read()))
    except UnicodeError:
        raise not_text(item.open(), encoding) from None
    page.close()
    if page.open_tables:
        raise RefusedError("page_cut")
    parts = (
        (f"table {number}", partial(_read_table, f"{item.label} table {number}", table, spec, mapping))
        for number, table in enumerate(page.tables, 1)
    )
    parsed = read_parts(parts, named=False)
    # A table without the columns lays out the page, which is nothing to warn of.
    warnings = [line for line in parsed.warnings if line.startswith("table ")]
    return Parsed(parsed.tables, parsed.new_columns, warnings)


def _stated_encoding(head: bytes) -> str | None:
    """The encoding that a page states, if a page in it can state it so: the statement itself was read as ASCII."""
    found = CHARSET.search(head)
    if found is None:
        return None
    name = found[1].decode("ascii")
    try:
        stands_so = ASCII.decode(name) == ASCII.decode("ascii")
    except (LookupError, UnicodeError):
        return None
    return codecs.lookup(name).name if stands_so else None


def _read_table(where: str, table: _Table, spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    numbered: Iterator[Row] = ((number, cells) for number, cells in enumerate(table.rows, 1) if any(cells))
    parsed, _ = read_rows(where, numbered, spec, mapping, table.merged)
    parsed.warnings[:] = [f"table {where.rpartition(' table ')[2]} {line}" for line in parsed.warnings]
    return parsed


class _Page(HTMLParser):
    """Collects the cells of tables, also of tables in tables; a cell over several columns or rows fills its first."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self.open_tables: list[_Table] = []
        self._cells = 0

    def parse_marked_section(self, i: int, report: bool = True) -> int:
        """Passes a marked section over; what only begins like one is text that its program did not escape."""
        if SECTION.match(self.rawdata, i):
            return super().parse_marked_section(i, report)
        self.handle_data(self.rawdata[i : i + 3])
        return i + 3

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.open_tables.append(_Table())
            self.tables.append(self.open_tables[-1])
        elif self.open_tables and tag == "tr":
            self.open_tables[-1].start_row()
        elif self.open_tables and tag in ("td", "th"):
            self._cells += self.open_tables[-1].start_cell(dict(attrs))
            if self._cells > MAX_CELLS:
                raise RefusedError("sheet_extent", limit=MAX_CELLS)
        elif self.open_tables and tag in BREAKS:
            self.open_tables[-1].text.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if not self.open_tables:
            return
        if tag in ("td", "th", "tr", "table"):
            self.open_tables[-1].end_cell()
        if tag == "table":
            self.open_tables.pop()

    def handle_data(self, data: str) -> None:
        if self.open_tables and self.open_tables[-1].in_cell:
            self.open_tables[-1].text.append(data)


class _Table:
    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.merged = MergedCells()
        self.text: list[str] = []
        self.in_cell = False
        self._columns = 1
        self._row_span = 1
        self._spanned: dict[int, int] = {}
        self._says: dict[int, bool] = {}

    def start_row(self) -> None:
        self.end_cell()
        self.rows.append([])
        self._skip_spanned()

    def start_cell(self, attrs: dict[str, str | None]) -> int:
        """Begins a cell; the number of columns it spans."""
        self.end_cell()
        if not self.rows:
            self.rows.append([])
        self.in_cell = True
        self.text.clear()
        self._columns, self._row_span = _span(attrs.get("colspan")), _span(attrs.get("rowspan"))
        return self._columns

    def end_cell(self) -> None:
        if not self.in_cell:
            return
        self.in_cell = False
        row, text = self.rows[-1], " ".join("".join(self.text).split())
        for column in range(len(row), len(row) + self._columns):
            if self._row_span > 1:
                self._spanned[column] = self._row_span - 1
                self._says[column] = bool(text)
        if text:
            self.merged.cover(self.merged.beside, len(self.rows), range(len(row) + 2, len(row) + 1 + self._columns))
        row += [text, *[""] * (self._columns - 1)]
        self._skip_spanned()

    def _skip_spanned(self) -> None:
        """Puts an empty cell where one of a row above reaches into this row."""
        row = self.rows[-1]
        while self._spanned.get(len(row), 0):
            self._spanned[len(row)] -= 1
            if self._says[len(row)]:
                self.merged.cover(self.merged.below, len(self.rows), range(len(row) + 1, len(row) + 2))
            row.append("")


def _span(value: str | None) -> int:
    if not value or not (value.isascii() and value.isdigit()):
        return 1
    digits = value.lstrip("0")
    return MOST_SPANNED if len(digits) > len(str(MOST_SPANNED)) else min(max(int(digits or "0"), 1), MOST_SPANNED)
