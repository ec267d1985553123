"""Values in the description of file sources: name patterns, text encodings, regular expressions."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator

ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "windows-1258": "cp1258",
    "cp1258": "cp1258",
    "tcvn3": "tcvn3",
}
"""Text encodings of files, and Python's names for them. A byte order mark in the file wins over all of them."""


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


FilePattern = Annotated[str, AfterValidator(_file_pattern)]
"""A pattern of file names, without a folder; `{ward}` in it is the ward key."""
Encoding = Annotated[str, AfterValidator(_encoding)]
RegularExpression = Annotated[str, AfterValidator(_regular_expression)]
