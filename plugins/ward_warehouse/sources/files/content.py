"""What a file is by its first bytes, whatever its name says: programs save pages and text as workbooks."""

from __future__ import annotations

import re
from typing import Literal

from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.text import MARKS
from ward_warehouse.sources.files.unpacking import Item
from ward_warehouse.sources.files.workbook_guard import OLE, ZIP

Content = Literal["spreadsheet", "html", "text", "binary"]

HEAD_BYTES = 4096
DOCUMENTS = {
    b"%PDF": "PDF",
    b"{\\rtf": "RTF",
    b"\x1f\x8b": "gzip",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
"""First bytes of files that hold no table, by what people call them."""
HTML = re.compile(rb"<(!doctype html|html|head|body|meta|table|style)\b", re.IGNORECASE)
XML = re.compile(rb"<(\?xml|workbook\b)", re.IGNORECASE)

XML_WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
"""The namespace of Excel's XML of 2003, which no reader of workbooks takes; its `Table` is no page's."""


def content_of(item: Item) -> Content:
    """What the first bytes of a file show.

    Raises:
        RefusedError: they are those of a document that holds no table; it says which.
    """
    head = item.open().read(HEAD_BYTES)
    for mark, name in DOCUMENTS.items():
        if head.startswith(mark):
            raise RefusedError("is_document", name=name)
    if head.startswith((ZIP, OLE)):
        return "spreadsheet"
    plain = head.replace(b"\0", b"") if head.startswith(tuple(MARKS)) else head
    plain = plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if XML.match(plain) and XML_WORKBOOK in plain:
        raise RefusedError("is_document", name="XML Spreadsheet 2003")
    if XML.match(plain) and not HTML.search(plain):
        raise RefusedError("is_document", name="XML")
    if HTML.match(plain) or XML.match(plain):
        return "html"
    return "binary" if b"\0" in head and not head.startswith(tuple(MARKS)) else "text"


def delimiter_of(item: Item) -> str | None:
    """The sign that separates most in the first lines of a text under the name of a workbook; None without any."""
    head = item.open().read(HEAD_BYTES).replace(b"\0", b"")
    counts = {sign: head.count(sign.encode()) for sign in "\t;,"}
    best = max(counts, key=lambda sign: counts[sign])
    return best if counts[best] else None
