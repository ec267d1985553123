"""A periodic report as one page of HTML that needs nothing beside it, for screens from a phone up and for A4."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ward_warehouse.reports.morning.words import clock
from ward_warehouse.reports.periodic.charts import interval_chart, interval_scale, trend_chart
from ward_warehouse.reports.periodic.content import COLUMNS, DETAILS, ON_TIME, TILES, TREND
from ward_warehouse.reports.periodic.model import PeriodicReport, Share
from ward_warehouse.reports.vietnamese import count_text, day_text, decimal_text, share_text

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).resolve().parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"count": count_text, "share": share_text, "day": day_text, "decimal": decimal_text}


def report_page(report: PeriodicReport, files: Sequence[str] = ()) -> str:
    """The page.

    Args:
        report: the report.
        files: names of the same report in other formats, in the same folder, to link.
    """
    on_time = [unit.figures[ON_TIME] for unit in report.rows if ON_TIME in unit.figures]
    scale = interval_scale([figure for figure in on_time if figure.unit_key != report.district_code])
    district = report.district.figures.get(ON_TIME)
    return _TEMPLATES.get_template("report.html").render(
        report=report,
        files=files,
        has_workbook=any(name.endswith(".xlsx") for name in files),
        tiles=[(name, figure) for code, name in TILES if (figure := report.subject.figures.get(code))],
        columns=COLUMNS,
        details=details(report),
        intervals={
            unit.key: interval_chart(unit.figures.get(ON_TIME), district.value if district else None, scale)
            for unit in report.wards
        },
        trend=trend_chart(report.trend, TREND),
        mixed=mixed(report),
        built=clock(report.built_at).vi,
    )


def index_page(reports: Sequence[tuple[str, str, str, Sequence[str]]]) -> str:
    """The list of the reports that stand in a folder.

    Args:
        reports: of each its unit, its period, its state, and the names of its files.
    """
    return _TEMPLATES.get_template("index.html").render(reports=reports)


def details(report: PeriodicReport) -> list[tuple[str, list[tuple[str, str, str, str, str]]]]:
    """The tables of the subject: heading, and of each line the indicator, its value, what it is of, two changes."""
    figures = report.subject.figures
    return [
        (
            heading,
            [
                (
                    report.definitions[code].name,
                    figures[code].text,
                    _parts(figures[code].numerator, figures[code].denominator),
                    figures[code].change,
                    figures[code].change_on_year,
                )
                for code in codes
                if code in figures
            ],
        )
        for heading, codes in DETAILS
    ]


def mixes(report: PeriodicReport) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """What the subject's dossiers and procedures are made of: heading, and of each part its name, count and share."""
    return [
        (
            heading,
            [
                (
                    part.name,
                    "ẩn" if part.count is None else count_text(part.count),
                    "" if part.share is None else share_text(part.share),
                )
                for part in shares
            ],
        )
        for heading, shares in mixed(report)
    ]


def mixed(report: PeriodicReport) -> list[tuple[str, Sequence[Share]]]:
    """The parts themselves, by heading; a heading without any is left out."""
    found = (
        ("Hồ sơ tiếp nhận theo kênh", report.channels),
        ("Thủ tục theo mức độ trực tuyến", report.levels),
    )
    return [(heading, shares) for heading, shares in found if shares]


def _parts(numerator: float | None, denominator: float | None) -> str:
    if numerator is None or denominator is None:
        return ""
    return f"{count_text(numerator)}/{count_text(denominator)}"
