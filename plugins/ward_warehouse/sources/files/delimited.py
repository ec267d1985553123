"""Delimited text: CSV, TSV and what else puts a sign between its fields."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from ward_warehouse.registry import DatasetMap, FilesRead
from ward_warehouse.sources.files.header import Row
from ward_warehouse.sources.files.limits import MAX_RECORD_CHARS
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.tables import Parsed, read_rows
from ward_warehouse.sources.files.text import composed, not_text, open_text
from ward_warehouse.sources.files.unpacking import Item


def read_delimited(item: Item, spec: FilesRead, mapping: DatasetMap) -> Parsed:
    """The records of a delimited file; all of the file is checked before any of it is given.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    lines = Lines(open_text(item.open(), spec.encoding))
    rows = _Rows(lines, spec.delimiter or ("\t" if item.name.lower().endswith(".tsv") else ","))
    try:
        parsed, header = read_rows(item.label, rows.each(), spec, mapping)
    except UnicodeDecodeError:
        raise not_text(item.open(), spec.encoding) from None
    if rows.ended and not lines.last.endswith(("\n", "\r")) and rows.last_width != len(header.names):
        raise RefusedError("cut", row=lines.number, fields=rows.last_width, expected=len(header.names))
    return parsed


class Lines:
    """The lines of a text with a cap on what makes one record; `number` is that of the last line given, from 1."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.last = ""
        self.number = 0
        self._text = text
        self._record_chars = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_RECORD_CHARS + 1):
            self.number += 1
            self._record_chars += len(line)
            if self._record_chars > MAX_RECORD_CHARS:
                raise RefusedError("long_record", row=self.number, limit=MAX_RECORD_CHARS)
            self.last = composed(line)
            yield self.last

    def next_record(self) -> None:
        """The lines given so far made whole records."""
        self._record_chars = 0


class _Rows:
    """The rows of a delimited text; `ended` once the text was read to its end."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        self.ended = False
        self.last_width = 0
        self._lines = lines
        self._reader: Any = csv.reader(lines, delimiter=delimiter, strict=True)

    def each(self) -> Iterator[Row]:
        try:
            for cells in self._reader:
                self._lines.next_record()
                if cells:
                    self.last_width = len(cells)
                    yield self._lines.number, cells
        except csv.Error as error:
            # The one message that is about size; the limit is the csv module's, for one field.
            if "field limit" in str(error):
                raise RefusedError("long_record", row=self._lines.number, limit=csv.field_size_limit()) from None
            raise RefusedError("not_delimited", row=self._lines.number) from None
        self.ended = True
