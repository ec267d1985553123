"""What a workbook would unfold to, measured before the reader opens it.

The reader reserves memory for every cell between the first and the last filled one, and ends the whole process when
there is not enough.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from ward_warehouse.sources.files.limits import (
    FREE_BYTES,
    MAX_CELLS,
    MAX_MEMBERS,
    MAX_RATIO,
    MAX_WORKBOOK_BYTES,
    MIB,
)
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.unpacking import DAMAGE

CELL = re.compile(rb"""<(?:\w+:)?c\s[^<>]*?\br\s*=\s*["']([A-Za-z]{1,4})(\d{1,9})["'][^<>]*(?<!/)>""")
"""A cell of XLSX that is not empty; `r` is its column and row."""
TAIL = 4096
"""Longest start tag of a cell that may fall on the edge of two chunks."""
ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


ERROR = re.compile(rb"""\bt\s*=\s*["']e["']""")
MAX_ERRORS = 100_000

Errors = dict[str, set[tuple[int, int]]]
"""Row and column, from 1, of the cells that hold an error such as #N/A, by member; the reader gives them as empty."""


def check_workbook(content: bytes) -> Errors:
    """Refuses a workbook that unfolds beyond the limits; gives the error cells of an XLSX workbook.

    Raises:
        RefusedError: it does, it is damaged, or it is neither XLSX nor ODS nor in the old binary format.
    """
    errors: Errors = {}
    if not content.startswith(b"PK"):
        return errors
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_members(archive, len(content))
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                for name in names:
                    if name.endswith(".xml") and not name.endswith(("sharedStrings.xml", "styles.xml")):
                        errors[name] = _check_xlsx(archive, name)
            elif "content.xml" in names:
                _check_ods(archive)
            else:
                raise RefusedError("workbook_damaged")
    except (*DAMAGE, ElementTree.ParseError):
        raise RefusedError("workbook_damaged") from None
    return errors


def _check_members(archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise RefusedError("archive_members", count=len(members), limit=MAX_MEMBERS)
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(FREE_BYTES, packed * MAX_RATIO):
        raise RefusedError("archive_ratio", limit=MAX_RATIO)
    if unpacked > MAX_WORKBOOK_BYTES:
        raise RefusedError("too_large", limit=MAX_WORKBOOK_BYTES)


def _check_xlsx(archive: zipfile.ZipFile, name: str) -> set[tuple[int, int]]:
    rows = columns = 0
    errors: set[tuple[int, int]] = set()
    tail = b""
    with archive.open(name) as stream:
        while chunk := stream.read(MIB):
            text = tail + chunk
            for match in CELL.finditer(text):
                row, column = int(match[2]), _column_number(match[1])
                rows, columns = max(rows, row), max(columns, column)
                if len(errors) <= MAX_ERRORS and ERROR.search(match[0]):
                    errors.add((row, column))
            tail = text[-TAIL:]
    if rows * columns > MAX_CELLS:
        raise RefusedError("sheet_extent", limit=MAX_CELLS)
    if len(errors) > MAX_ERRORS:
        raise RefusedError("workbook_damaged")
    return errors


def sheet_member(content: bytes, sheet: str) -> str:
    """The member of an XLSX workbook that holds a sheet; empty when the workbook does not say."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - no entity resolves
            links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - the same
    except (*DAMAGE, KeyError, ElementTree.ParseError):
        return ""
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            ids = [value for key, value in element.items() if key.endswith("}id")]
            target = targets.get(ids[0], "") if ids else ""
            return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return ""


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_ods(archive: zipfile.ZipFile) -> None:
    """Repeated cells and rows count as often as they are repeated, up to the last one that holds something."""
    rows = columns = row_end = at = 0
    with archive.open("content.xml") as stream:
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):  # noqa: S314 - no entity resolves
            tag = element.tag
            if event == "start" and tag == ODS_TABLE + "table":
                rows = columns = 0
            elif event == "start" and tag == ODS_TABLE + "table-row":
                row_end = at = 0
            elif event == "end" and tag in (ODS_TABLE + "table-cell", ODS_TABLE + "covered-table-cell"):
                at += int(element.get(ODS_TABLE + "number-columns-repeated", "1"))
                if len(element):
                    row_end = at
                element.clear()
            elif event == "end" and tag == ODS_TABLE + "table-row":
                rows += int(element.get(ODS_TABLE + "number-rows-repeated", "1"))
                columns = max(columns, row_end)
                if row_end and rows * columns > MAX_CELLS:
                    raise RefusedError("sheet_extent", limit=MAX_CELLS)
                element.clear()
