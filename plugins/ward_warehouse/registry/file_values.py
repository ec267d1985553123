"""Values in the description of file sources: name patterns, text encodings, regular expressions."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, PlainValidator

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1258": "cp1258",
    "cp1258": "cp1258",
    "tcvn3": "tcvn3",
    "viscii": "viscii",
    "vni": "vni",
}
"""Text encodings of files, and Python's names for them. A byte order mark in the file wins over all of them."""

MOST_SKIPPED = 1000


def _file_pattern(pattern: str) -> str:
    if "/" in pattern or "\\" in pattern or ".." in pattern:
        raise ValueError(f"found {pattern!r}, expected a pattern of file names; the folder stands in the connection")
    try:
        fields = [
            (field, spec, conversion) for _, field, spec, conversion in Formatter().parse(pattern) if field is not None
        ]
    except ValueError:
        fields = [(pattern, "", None)]
    if any(field != ("ward", "", None) for field in fields):
        raise ValueError(f"found {pattern!r}, expected no braces but those of {{ward}}")
    return pattern


def _encoding(name: str) -> str:
    if name.lower() not in ENCODINGS:
        raise ValueError(f"found {name!r}, expected one of {', '.join(ENCODINGS)}")
    return ENCODINGS[name.lower()]


def _regular_expression(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error:
        raise ValueError(f"found {pattern!r}, expected a regular expression") from None
    return pattern


def _skipped_rows(value: object) -> int | str:
    if isinstance(value, str):
        return _regular_expression(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_SKIPPED:
        return value
    raise ValueError(f"found {value!r}, expected a number of rows from 0 to {MOST_SKIPPED}, or a regular expression")


FilePattern = Annotated[str, AfterValidator(_file_pattern)]
"""A pattern of file names, without a folder; `{ward}` in it is the ward key."""
Encoding = Annotated[str, AfterValidator(_encoding)]
RegularExpression = Annotated[str, AfterValidator(_regular_expression)]
SkippedRows = Annotated[int | str, PlainValidator(_skipped_rows, json_schema_input_type=int | str)]
"""A number of rows at the top, or a regular expression of rows that are no records."""
