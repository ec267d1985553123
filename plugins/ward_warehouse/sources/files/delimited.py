"""Delimited text: CSV, TSV and what else puts a sign between its fields."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ward_warehouse.registry import FilesRead, RecordKindMap
from ward_warehouse.sources.files.header import Row
from ward_warehouse.sources.files.likeness import Likeness
from ward_warehouse.sources.files.limits import MAX_FIELD_CHARS, MAX_RECORD_CHARS
from ward_warehouse.sources.files.refusals import RefusedError
from ward_warehouse.sources.files.tables import Parsed, read_rows
from ward_warehouse.sources.files.text import composed, not_text, open_text
from ward_warehouse.sources.files.unpacking import Item


def read_delimited(item: Item, spec: FilesRead, mapping: RecordKindMap) -> Parsed:
    """The records of a delimited file; all of the file is checked before any of it is given.

    Raises:
        RefusedError: the file cannot be loaded.
    """
    lines = Lines(open_text(item.open(), spec.encoding))
    rows = _Rows(lines, spec.delimiter or ("\t" if item.name.lower().endswith(".tsv") else ","), spec.escape)
    try:
        parsed, like = read_rows(item.label, rows.each(), spec, mapping)
    except UnicodeError:
        raise not_text(item.open(), spec.encoding) from None
    rows.refuse_swallowed(like)
    if rows.ended and not lines.last.endswith(("\n", "\r")):
        if rows.last_width != like.width:
            raise RefusedError("cut", row=lines.number, fields=rows.last_width, expected=like.width)
        parsed.warnings.append(
            f"row {lines.number} is the last one and has no line end: if the file was cut there, its last value is not "
            "whole; compare it with the ward's own"
        )
    return parsed


class Lines:
    """The lines of a text with a cap on what makes one record; `number` is that of the last line given, from 1."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.last = ""
        self.number = 0
        self.of_record: list[str] = []
        self._text = text
        self._record_chars = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_RECORD_CHARS + 1):
            self.number += 1
            self._record_chars += len(line)
            if self._record_chars > MAX_RECORD_CHARS:
                raise RefusedError("long_record", row=self.number, limit=MAX_RECORD_CHARS)
            self.last = composed(line)
            self.of_record.append(self.last)
            yield self.last

    @property
    def first_number(self) -> int:
        """Number of the line in which the record begins that is being read."""
        return self.number - len(self.of_record) + 1

    def next_record(self) -> None:
        """The lines given so far made whole records."""
        self._record_chars = 0
        self.of_record.clear()


@dataclass(frozen=True)
class _Continued:
    """A record over several lines: where it begins, and the fields of its other lines that may be rows themselves."""

    row: int
    lines: list[list[str]]


def _without_nulls(lines: Lines, delimiter: str) -> Iterator[str]:
    r"""The lines with empty fields where a database wrote `\N` for null, which is no escaped N."""
    sign = re.escape(delimiter)
    null = re.compile(rf"(?:(?<={sign})|^)\\N(?={sign}|[\r\n]|$)")
    return (null.sub("", line) for line in lines)


class _Rows:
    """The rows of a delimited text; `ended` once the text was read to its end."""

    def __init__(self, lines: Lines, delimiter: str, escape: str | None) -> None:
        self.ended = False
        self.last_width = 0
        self._lines = lines
        self._delimiter = delimiter
        given = _without_nulls(lines, delimiter) if escape == "\\" else lines
        self._reader: Any = csv.reader(given, delimiter=delimiter, escapechar=escape, strict=True)
        self._continued: list[_Continued] = []
        self._narrowest = MAX_RECORD_CHARS

    def each(self) -> Iterator[Row]:
        # The limit is one for the whole process, and libraries set it: a night must not depend on what was imported.
        csv.field_size_limit(MAX_FIELD_CHARS)
        try:
            for cells in self._reader:
                if len(self._lines.of_record) > 1:
                    self._keep_continued()
                elif 1 < len(cells) < self._narrowest:
                    self._narrowest = len(cells)
                self._lines.next_record()
                if cells:
                    self.last_width = len(cells)
                    yield self._lines.number, cells
        except csv.Error as error:
            # The one message that is about size.
            if "field limit" in str(error):
                raise RefusedError("long_record", row=self._lines.number, limit=MAX_FIELD_CHARS) from None
            raise RefusedError("not_delimited", row=self._lines.first_number) from None
        self.ended = True

    def _keep_continued(self) -> None:
        others = [line.rstrip("\r\n").split(self._delimiter) for line in self._lines.of_record[1:]]
        narrowest = self._narrowest if self._narrowest < MAX_RECORD_CHARS else 2
        like_rows = [fields for fields in others if len(fields) >= narrowest]
        if like_rows:
            self._continued.append(_Continued(self._lines.first_number, like_rows))

    def refuse_swallowed(self, like: Likeness) -> None:
        """Refuses a file in which a quoted field holds lines that are records: two stray quotes took them in.

        Raises:
            RefusedError: there is one; it names the row in which the record begins.
        """
        for record in self._continued:
            swallowed = sum(len(fields) >= like.width and like.is_record(fields) for fields in record.lines)
            if swallowed:
                raise RefusedError("swallowed", row=record.row, lines=swallowed)
