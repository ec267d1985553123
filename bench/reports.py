"""Documents of a district of sixteen wards: the reports of a month, and the dashboard of its year.

They are made of the warehouse of the demonstration, which `make demo` has left: 112,536 dossiers, 60,000 of them of the
district. `measure()` gives

- `reports_month_s`, `reports_peak_mib`: HTML, PDF, DOCX and XLSX with the records of a month, in a process
  of its own, and the most memory it took, with all that it imports;
- `report_html_kib`: the page of it;
- `dashboard_year_s`, `dashboard_kib`: all pages of the year, and what they weigh together.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from bench.build import run_alone
from bench.memory import peak_mib
from ward_warehouse.core.settings import Settings, load_settings

DISTRICT, MONTH, YEAR = "quan_11", "2018-11", 2018


def measure(home: Path, folder: Path) -> dict[str, float]:
    """Seconds, MiB and KiB, as the keys above.

    Args:
        home: a state folder on which the demonstration was played.
        folder: where the documents go.

    Raises:
        RuntimeError: there is no such warehouse, or a document is refused.
    """
    published = Settings(home=home).published_file
    if not published.is_file():
        raise RuntimeError(f"reports: {published} is not there; run `make demo` first")
    found: dict[str, float] = {}
    for part in ("month", "year"):
        copy = folder / f"reports_{part}"
        place = Settings(home=copy).published_file
        place.parent.mkdir(parents=True)
        shutil.copy(published, place)
        found |= run_alone("bench.reports", copy, part)
    return found


def write_month(settings: Settings) -> dict[str, float]:
    """The month's reports in all formats; the first import is part of it, as it is for who waits."""
    begun = time.perf_counter()
    from ward_warehouse.lake.period_log import parse_period
    from ward_warehouse.reports.periodic.files import write_report
    from ward_warehouse.reports.periodic.reading import read_report

    report = read_report(settings.published_file, DISTRICT, None, parse_period(MONTH), settings.office)
    page, *_ = write_report(settings, report)
    return {
        "reports_month_s": round(time.perf_counter() - begun, 1),
        "reports_peak_mib": round(peak_mib()),
        "report_html_kib": round(page.stat().st_size / 1024),
    }


def write_year(settings: Settings) -> dict[str, float]:
    """The dashboard of the year."""
    begun = time.perf_counter()
    from ward_warehouse.reports.dashboard.site import write_dashboard

    _, _, size = write_dashboard(settings, DISTRICT, YEAR)
    return {"dashboard_year_s": round(time.perf_counter() - begun, 1), "dashboard_kib": round(size / 1024)}


if __name__ == "__main__":
    print(json.dumps({"month": write_month, "year": write_year}[sys.argv[1]](load_settings())))
