"""A ward that drops files into a folder, for tests of the files source; and a small writer of XLSX workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import ascii_uppercase
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyarrow as pa

from tests.support.feeds import feed
from ward_warehouse.core.connections import Connection
from ward_warehouse.sources import Window
from ward_warehouse.sources.files import FilesSource

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "files"
NAME = "Số"
COLUMNS = (NAME, "Ngày nhận", "Kết quả")
ODS_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing"))
)
LETTERS = [first + second for first in ("", *ascii_uppercase) for second in ascii_uppercase]
"""Of a workbook's columns."""


def system(pattern: str = "*", columns: tuple[str, ...] = COLUMNS, **read: Any) -> dict[str, Any]:
    """A system of files; the first column is the key, all of them are required."""
    targets = ("dossier_code", "receiving_unit", "resolving_unit", "summary", "officer_key")
    return {
        "system": "files_of_test",
        "name": {"vi": "Tệp", "en": "Files"},
        "transport": "files",
        "time_zone": "Asia/Ho_Chi_Minh",
        "record_kinds": {
            "dossiers": {
                "read": {"pattern": pattern, **read},
                "key": [columns[0]],
                "columns": dict(zip(targets, columns, strict=False)),
            }
        },
    }


@dataclass
class Folder:
    """The folder of a ward, and what the nights took from it."""

    path: Path
    loaded: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    new_columns: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes | str) -> None:
        (self.path / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def night(self, described: dict[str, Any] | None = None, **read: Any) -> list[dict[str, Any]]:
        """All records of a night, each with `__position` and `__fault`."""
        connection = Connection("p01", "fs", extra={"path": str(self.path)})
        source = FilesSource(feed(described or system(**read)), connection, self.loaded)
        tables: list[pa.Table] = list(source.read(Window()))
        self.loaded = {**self.loaded, **source.report.files}
        self.refused, self.new_columns = source.report.refused, source.report.new_columns
        self.warnings = source.report.warnings
        return [row for table in tables for row in table.to_pylist()]

    def values(self, **read: Any) -> list[tuple[Any, ...]]:
        """The three columns of a night's records."""
        return [tuple(row[name] for name in COLUMNS) for row in self.night(**read)]

    def receipt(self, name: str) -> str | None:
        path = self.path / f"{name}.receipt.txt"
        return path.read_text(encoding="utf-8") if path.exists() else None


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return target.getvalue()


def xlsx(**sheets: str) -> bytes:
    """A workbook of sheets, each given as the XML of its rows (`row` and `cell` make them)."""
    names = list(sheets)
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    prefix = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    book = "".join(f'<sheet name={quoteattr(n)} sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
    links = "".join(
        f'<Relationship Id="rId{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(names) + 1)
    )
    links += f'<Relationship Id="rId99" Type="{office}/styles" Target="styles.xml"/>'
    parts = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType="{prefix}.worksheet+xml"/>'
        for i in range(1, len(names) + 1)
    )
    members = {
        "[Content_Types].xml": f'{head}<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{prefix}.sheet.main+xml"/>{parts}</Types>',
        "_rels/.rels": f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        # Style 1 is a date with its hour (number format 22).
        "xl/styles.xml": f'{head}<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>',
    }
    for index, rows in enumerate(sheets.values(), 1):
        members[f"xl/worksheets/sheet{index}.xml"] = (
            f'{head}<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>'
        )
    return zipped({name: text.encode() for name, text in members.items()})


def with_member(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    archive = zipfile.ZipFile(io.BytesIO(content))
    members = {member: archive.read(member) for member in archive.namelist()}
    return zipped({**members, name: change(members[name])})


def ods_cell(text: str, attributes: str = 'office:value-type="string"') -> str:
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def ods(*rows: str, before: str = "") -> bytes:
    """An ODS workbook with the header of `COLUMNS`, and rows of `ods_cell`."""
    head = "".join(ods_cell(name) for name in COLUMNS)
    body = "".join(f"<table:table-row>{cells}</table:table-row>" for cells in (head, *rows))
    content = (
        f'<office:document-content {ODS_NAMES} xmlns:calcext="urn:x"><office:body><office:spreadsheet>{before}'
        f'<table:table table:name="S">{body}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    return with_member((FIXTURES / "so_ho_so.ods").read_bytes(), "content.xml", lambda _: content.encode())


def row(number: int, *cells: str | float | None) -> str:
    """A row from column A on: text, numbers, raw XML of `raw`, or None for no cell."""
    found = []
    for index, value in enumerate(cells):
        at = f"{LETTERS[index]}{number}"
        if isinstance(value, Raw):
            found.append(value.format(at=at))
        elif isinstance(value, str):
            found.append(f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>')
        elif value is not None:
            found.append(f'<c r="{at}"><v>{value}</v></c>')
    return f'<row r="{number}">{"".join(found)}</row>'


class Raw(str):
    """A cell's own XML, with `{at}` for its place."""


def date_cell(serial: float) -> Raw:
    return Raw(f'<c r="{{at}}" s="1"><v>{serial}</v></c>')


def formula(text: str, value: str) -> Raw:
    return Raw(f'<c r="{{at}}"><f>{escape(text)}</f><v>{value}</v></c>')


ERROR = Raw('<c r="{at}" t="e"><v>#N/A</v></c>')
