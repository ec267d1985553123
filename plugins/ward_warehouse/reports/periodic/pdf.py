"""A periodic report as PDF, set by Typst."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ward_warehouse.reports.morning.words import clock
from ward_warehouse.reports.periodic.charts import interval_chart, interval_scale, trend_chart
from ward_warehouse.reports.periodic.content import COLUMNS, ON_TIME, TILES, TREND
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.periodic.page import details, mixes
from ward_warehouse.reports.typeset import typeset
from ward_warehouse.reports.vietnamese import day_text, decimal_text

TEMPLATE = Path(__file__).resolve().parent / "templates" / "report.typ"


def report_pdf(report: PeriodicReport) -> bytes:
    """The PDF.

    Raises:
        WardWarehouseError: Typst refuses the template.
    """
    return typeset(TEMPLATE, _content(report), "report")


def _content(report: PeriodicReport) -> dict[str, Any]:
    """The texts and pictures of the PDF, by the names that the template uses."""
    return {
        "office": [f"ỦY BAN NHÂN DÂN {report.district_name.upper()}", report.office.upper()],
        "title": report.full_title,
        "state": report.state,
        "closed": report.is_closed,
        "as_of": day_text(report.as_of) if report.as_of else "",
        "reporting": report.reporting,
        "missing": report.missing,
        "findings": " ".join(report.findings),
        "tiles": [
            [name, figure.short_text, figure.change or figure.note_text or ""]
            for code, name in TILES
            if (figure := report.subject.figures.get(code))
        ],
        "units_heading": report.heading_of_units,
        "of_ward": report.is_of_ward,
        "columns": [name for _, name in COLUMNS],
        "on_time": [code for code, _ in COLUMNS].index(ON_TIME),
        "rows": _rows(report),
        "changes": report.changes,
        "trend": str(trend_chart(report.trend, TREND)),
        "mixes": mixes(report),
        "details": [[heading, lines] for heading, lines in details(report) if lines],
        "scorecards": [
            {
                "name": card.name,
                "remark": card.remark,
                "lines": [
                    [
                        line.name,
                        "–" if line.points is None else decimal_text(line.points, 2),
                        decimal_text(line.possible),
                        line.note_text or "",
                    ]
                    for line in card.lines
                ],
            }
            for card in report.scorecards
        ],
        "gaps": [[gap.reason, "; ".join(gap.names)] for gap in report.gaps],
        "annex": [
            [f"{one.name} ({one.code}, phiên bản {one.version})", one.description, one.source]
            for one in report.definitions.values()
        ],
        "built": clock(report.built_at).vi,
    }


def _rows(report: PeriodicReport) -> list[dict[str, Any]]:
    on_time = [unit.figures[ON_TIME] for unit in report.wards if ON_TIME in unit.figures]
    scale = interval_scale(on_time)
    district = report.district.figures.get(ON_TIME)
    return [
        {
            "name": "Toàn quận" if unit.is_district else unit.name,
            "total": unit.is_district,
            "cells": [unit.figures[code].short_text if code in unit.figures else "–" for code, _ in COLUMNS],
            "change": unit.figures[ON_TIME].change if ON_TIME in unit.figures else "",
            "chart": ""
            if unit.is_district
            else str(interval_chart(unit.figures.get(ON_TIME), district.value if district else None, scale)),
        }
        for unit in report.rows
    ]
