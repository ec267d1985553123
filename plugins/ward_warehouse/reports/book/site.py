"""Where the dictionary stands: `reports/dictionary/`, one page to be printed, and the dbt docs beside it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from ward_warehouse.core.pages import templates_of
from ward_warehouse.core.record_kinds import NAMES
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.registry.indicators import Catalogue, Indicator
from ward_warehouse.reports.book.example import Counted, Example, month_of, work_out
from ward_warehouse.reports.dictionary import KINDS
from ward_warehouse.reports.folder import put, writing
from ward_warehouse.reports.vietnamese import number_text, value_text
from ward_warehouse.warehouse.docs import dbt_docs
from ward_warehouse.warehouse.indicator_generation import DEFINITIONS
from ward_warehouse.warehouse.published import open_published

_TEMPLATES = templates_of(Path(__file__).resolve().parent / "templates")
COUNTED_KINDS = NAMES | {
    "service_saturdays": ("thứ Bảy làm việc", "Saturdays on duty"),
    "reporting_nights": ("đêm phải báo cáo", "nights"),
    "rule_results": ("kết quả kiểm tra", "results of rules"),
}


def write_dictionary(settings: Settings, *, with_docs: bool = True) -> list[Path]:
    """Writes the printable dictionary and the dbt docs anew; gives the files, the first to begin with.

    Nothing that stood before is touched until all of it is written.

    Raises:
        WardWarehouseError: the disk refuses, another run writes the dictionary, or an indicator has no example.
        BuildError: there is no published warehouse or no build, or dbt refuses.
    """
    catalogue = read_indicators(settings.dbt_project_dir / DEFINITIONS)
    folder = settings.home / "reports" / "dictionary"
    with writing(folder, "dictionary") as fresh:
        (fresh / "index.html").write_text(book_page(settings.published_file, catalogue, with_docs), encoding="utf-8")
        names = ["index.html"]
        if with_docs:
            (fresh / "warehouse.html").write_bytes(dbt_docs(settings, fresh / "dbt"))
            names.append("warehouse.html")
        return [put(fresh / name, folder / name) for name in names]


def book_page(published: Path, catalogue: Catalogue, with_docs: bool) -> str:
    """The dictionary as one page, in Vietnamese and English."""
    with open_published(published) as db:
        themes = [
            (theme, [(one, work_out(one, catalogue, db)) for one in theme.indicators]) for theme in catalogue.themes
        ]
    return _TEMPLATES.get_template("book.html").render(
        themes=themes,
        sources=catalogue.sources,
        kinds=KINDS,
        with_docs=with_docs,
        tables=_tables,
        working=_working,
        said=_said,
        month_of=month_of,
        amount=_amount,
    )


def _tables(example: Example) -> list[tuple[tuple[str, str], list[str], list[tuple[int, Counted]]]]:
    """The records of each kind: its name, its columns, and the records with their numbers."""
    found: dict[str, list[tuple[int, Counted]]] = {}
    for number, record in enumerate(example.records, 1):
        found.setdefault(record.record_kind, []).append((number, record))
    return [
        (COUNTED_KINDS.get(kind, (kind, kind)), list(records[0][1].values), records) for kind, records in found.items()
    ]


def _working(indicator: Indicator, example: Example) -> str:
    """How the figure comes out, as one line of arithmetic."""
    value = "–" if example.value is None else value_text(example.value, indicator.unit)
    if example.denominator is None or indicator.kind == "median":
        return value
    return f"{_amount(example.numerator)} / {_amount(example.denominator)} = {value}"


def _amount(value: float | None) -> str:
    return "" if value is None else number_text(value)


def _said(value: Any) -> str:
    """A value of an example as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)
