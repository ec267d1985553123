"""The dictionary as PDF: both languages on one sheet, with bookmarks, a table of contents and page numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ward_warehouse.registry.indicators import Catalogue, Indicator, Theme
from ward_warehouse.reports.book.example import Example, month_of
from ward_warehouse.reports.book.words import amount, said, tables, working
from ward_warehouse.reports.dictionary import KINDS
from ward_warehouse.reports.typeset import typeset

TEMPLATE = Path(__file__).resolve().parent / "templates" / "book.typ"

Worked = Sequence[tuple[Theme, Sequence[tuple[Indicator, Example]]]]
"""Themes with their indicators, each with its example."""


def book_pdf(worked: Worked, catalogue: Catalogue) -> bytes:
    """The PDF.

    Raises:
        WardWarehouseError: Typst refuses the template.
    """
    return typeset(TEMPLATE, {"themes": [_theme(theme, entries, catalogue) for theme, entries in worked]}, "dictionary")


def _theme(theme: Theme, entries: Sequence[tuple[Indicator, Example]], catalogue: Catalogue) -> dict[str, Any]:
    return {
        "title": [theme.title.vi, theme.title.en],
        "entries": [_entry(one, example, catalogue) for one, example in entries],
    }


def _entry(one: Indicator, example: Example, catalogue: Catalogue) -> dict[str, Any]:
    source = catalogue.sources[one.source]
    return {
        "name": [one.name.vi, one.name.en],
        "code": one.code,
        "version": one.version,
        "kind": f"{KINDS[one.kind]}, {one.unit}",
        "description": [one.description.vi, one.description.en],
        "source": [source.vi, source.en],
        "parts": [
            [
                "Tử số" if role == "numerator" else "Mẫu số",
                part.record_kind,
                part.date,
                part.sum_of or "",
                part.where or "",
            ]
            for role, part in one.parts
        ],
        "month": f"{month_of(one):%m/%Y}",
        "tables": [_table(kind, columns, records, example) for kind, columns, records in tables(example)],
        "working": working(one, example),
    }


def _table(kind: tuple[str, str], columns: list[str], records: list[Any], example: Example) -> dict[str, Any]:
    has_denominator = example.denominator is not None
    return {
        "kind": kind[0],
        "columns": columns,
        "parts": ["tử số", *(["mẫu số"] if has_denominator else [])],
        "rows": [
            [
                str(number),
                *(said(record.values.get(column)) for column in columns),
                amount(record.numerator),
                *([amount(record.denominator)] if has_denominator else []),
            ]
            for number, record in records
        ],
    }
