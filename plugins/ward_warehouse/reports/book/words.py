"""An example in words and figures, as the page and the PDF of the dictionary show it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ward_warehouse.core.record_kinds import NAMES
from ward_warehouse.registry.indicators import Indicator
from ward_warehouse.reports.book.example import Counted, Example
from ward_warehouse.reports.vietnamese import number_text, value_text

COUNTED_KINDS = NAMES | {
    "service_saturdays": ("thứ Bảy làm việc", "Saturdays on duty"),
    "reporting_nights": ("đêm phải báo cáo", "nights"),
    "rule_results": ("kết quả kiểm tra", "results of rules"),
}
"""What records of each kind are called."""


def tables(example: Example) -> list[tuple[tuple[str, str], list[str], list[tuple[int, Counted]]]]:
    """The records of each kind: its name, its columns, and the records with their numbers."""
    found: dict[str, list[tuple[int, Counted]]] = {}
    for number, record in enumerate(example.records, 1):
        found.setdefault(record.record_kind, []).append((number, record))
    return [
        (COUNTED_KINDS.get(kind, (kind, kind)), list(records[0][1].values), records) for kind, records in found.items()
    ]


def working(indicator: Indicator, example: Example) -> str:
    """How the figure comes out, as one line of arithmetic."""
    value = "–" if example.value is None else value_text(example.value, indicator.unit)
    if example.denominator is None or indicator.kind == "median":
        return value
    return f"{amount(example.numerator)} / {amount(example.denominator)} = {value}"


def amount(value: float | None) -> str:
    """What a record adds; nothing where it adds nothing."""
    return "" if value is None else number_text(value)


def said(value: Any) -> str:
    """A value of an example as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
