"""Where dashboards stand: `reports/dashboard/<district>/<year>/`, a folder that can be copied to a file share."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.reports.dashboard.model import DistrictYear
from ward_warehouse.reports.dashboard.pages import index_page, write_pages
from ward_warehouse.reports.dashboard.reading import read_year
from ward_warehouse.reports.folder import put, replace_text, writing
from ward_warehouse.reports.morning.model import Said
from ward_warehouse.warehouse.indicator_generation import DEFINITIONS


def dashboard_folder(settings: Settings) -> Path:
    """Where dashboards and their index stand."""
    return settings.home / "reports" / "dashboard"


def write_dashboard(settings: Settings, district: str, year: int | None = None) -> tuple[Path, int, int]:
    """Writes a district's year anew; gives the page to begin with, how many pages there are, and the bytes of all.

    Nothing that stood before is touched until every page is written: on a full disk yesterday's stay.

    Raises:
        WardWarehouseError: the warehouse has no such district or year, the disk refuses, or another run writes
            dashboards at the moment.
        BuildError: there is no published warehouse.
    """
    catalogue = read_indicators(settings.dbt_project_dir / DEFINITIONS)
    themes = {theme.theme: Said(theme.title.vi, theme.title.en) for theme in catalogue.themes}
    found = read_year(settings.published_file, district, year, themes)
    found = replace(found, built_at=found.built_at.astimezone(ZoneInfo(settings.time_zone)))
    folder = dashboard_folder(settings)
    with writing(folder, "dashboard") as fresh:
        for name, text in write_pages(found):
            (fresh / name).write_text(text, encoding="utf-8")
        place = folder / district / str(found.year)
        names = [file.name for file in fresh.iterdir() if file.name != "index.html"]
        size = sum(file.stat().st_size for file in fresh.iterdir())
        # The page that leads to the others comes last.
        for name in [*names, "index.html"]:
            put(fresh / name, place / name)
        for file in place.glob("*.html"):
            if file.name not in {*names, "index.html"}:
                file.unlink()
        _write_index(folder, found)
    return place / "index.html", len(names), size


def _write_index(folder: Path, found: DistrictYear) -> None:
    notes = folder / "districts.json"
    names: dict[str, list[str]] = json.loads(notes.read_text("utf-8")) if notes.is_file() else {}
    names[found.district] = list(found.name)
    replace_text(notes, json.dumps(names, ensure_ascii=False, sort_keys=True))
    years = [
        (district, Said(*name), sorted((int(page.parent.name) for page in pages), reverse=True))
        for district, name in sorted(names.items())
        if (pages := list((folder / district).glob("*/index.html")))
    ]
    replace_text(folder / "index.html", index_page(years))
