"""The reports that a night writes: of each district, the month of its newest night and the month before it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import Period, parse_period
from ward_warehouse.reports.periodic.files import stands_as, write_report
from ward_warehouse.reports.periodic.model import PeriodicReport
from ward_warehouse.reports.periodic.reading import read_report
from ward_warehouse.warehouse.published import open_published


@dataclass
class Nightly:
    """What a night did: the files it wrote, a sentence for each report it did not write, and the reports that stand."""

    written: list[Path] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    standing: list[PeriodicReport] = field(default_factory=list)


def write_newest_months(settings: Settings) -> Nightly:
    """Writes the reports of open months.

    A closed month is written once more after its closing, and then left as it is: it is what was signed.
    """
    done = Nightly()
    formats = [name.strip() for name in settings.report_formats.split(",") if name.strip()]
    if not formats:
        return done
    try:
        wanted = _newest_months(settings.published_file)
    except WardWarehouseError as error:
        done.refused.append(str(error))
        return done
    for district, period in wanted:
        try:
            report = read_report(settings.published_file, district, None, period, settings.office)
            if not (report.is_closed and stands_as(settings, report)):
                done.written += write_report(settings, report, formats)
            done.standing.append(report)
        except WardWarehouseError as error:
            done.refused.append(f"{district} {period.name}: {error}")
    return done


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
