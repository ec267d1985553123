"""The reports that a night writes: of each district, the month of its newest night and the month before it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import Period, parse_period
from ward_warehouse.reports.periodic.files import stands_as, write_report
from ward_warehouse.reports.periodic.reading import read_report
from ward_warehouse.warehouse.published import open_published


def write_newest_months(settings: Settings) -> tuple[list[Path], list[str]]:
    """Writes the reports of open months; gives the files, and a sentence for each report that was not written.

    A closed month is written once more after its closing, and then left as it is: it is what was signed.
    """
    written: list[Path] = []
    refused: list[str] = []
    formats = [name.strip() for name in settings.report_formats.split(",") if name.strip()]
    if not formats:
        return written, refused
    try:
        wanted = _newest_months(settings.published_file)
    except WardWarehouseError as error:
        return written, [str(error)]
    for district, period in wanted:
        try:
            report = read_report(settings.published_file, district, None, period, settings.office)
            if report.is_closed and stands_as(settings, report):
                continue
            written += write_report(settings, report, formats)
        except WardWarehouseError as error:
            refused.append(f"{district} {period.name}: {error}")
    return written, refused


def _newest_months(published: Path) -> list[tuple[str, Period]]:
    """Of each district the month of its newest night and the one before, as far as they have figures."""
    with open_published(published) as db:
        newest = db.execute(
            "SELECT district_code, district_as_of FROM marts.dim_ward "
            "WHERE unit_kind = 'district' AND district_as_of IS NOT NULL ORDER BY district_code"
        ).fetchall()
        known = set(
            db.execute(
                "SELECT DISTINCT district_code, period_start FROM marts.reform_indicators WHERE period_grain = 'month'"
            ).fetchall()
        )
    found = []
    for district, as_of in newest:
        for first_day in (_before(as_of), as_of.replace(day=1)):
            if (district, first_day) in known:
                found.append((str(district), parse_period(f"{first_day:%Y-%m}")))
    return found


def _before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
