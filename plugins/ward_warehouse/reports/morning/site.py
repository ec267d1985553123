"""Writes the morning pages: `reports/morning/<district>/<night>.html`, and an index of the nights.

Each file takes the place of the one before it in one step: readers see the old page or the new one.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter

from ward_warehouse.core.connections import Resolver, from_environment
from ward_warehouse.core.errors import BuildError, WardWarehouseError
from ward_warehouse.core.settings import Settings, load_settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.store import Lake
from ward_warehouse.registry import Registry, load_registry
from ward_warehouse.reports.morning.gather import NIGHTS_SHOWN, Gatherer
from ward_warehouse.reports.morning.model import Morning, as_data
from ward_warehouse.reports.morning.pages import Line, index_page, line_of, morning_page

log = logging.getLogger(__name__)

_LINE = TypeAdapter(Line)


def morning_folder(settings: Settings) -> Path:
    """Where the pages are."""
    return settings.home.resolve() / "reports" / "morning"


def page_of(settings: Settings, district: str, night: date) -> Path:
    """The page of a district's night."""
    return morning_folder(settings) / district / f"{night}.html"


def write_mornings(
    settings: Settings, lake: Lake, registry: Registry, night: date | None = None
) -> list[tuple[Morning, Path]]:
    """Writes the pages of a night for each district in force on it.

    Without a night the newest that was read is meant, and the page before it that left something to do is written anew.

    Args:
        settings: where the pages and the published warehouse are; the build may have failed.
        lake: the lake.
        registry: districts and wards.
        night: the local date.

    Raises:
        LakeError: the lake cannot be read.
        BuildError: a page cannot be written; the old ones stay.
    """
    gatherer = Gatherer(settings, lake, registry)
    found = []
    for district in registry.districts:
        chosen = night or gatherer.newest_night(district)
        if chosen is None or not gatherer.is_expected(district, chosen):
            continue
        before = _unfinished_before(settings, district, chosen) if night is None else None
        found += [gatherer.morning(district, one) for one in (before, chosen) if one is not None]
    return write_pages(settings, found)


def _unfinished_before(settings: Settings, district: str, night: date) -> date | None:
    """The newest night before this one whose page left something to do: what came right since is said on it, too."""
    lines = [_line_at(path) for path in page_of(settings, district, night).parent.glob("*.json")]
    nights = [one.night for one in lines if one.night < night and (one.standing != "complete" or one.open)]
    newest = max(nights, default=None)
    return newest if newest is not None and newest >= night - timedelta(days=NIGHTS_SHOWN) else None


def write_newest(resolve: Resolver = from_environment) -> str:
    """Writes the pages of the newest night of each district: the last thing of a run, whatever became of it.

    Gives one line on each district's night, or on what is wrong with the pages, which costs the run nothing.

    Args:
        resolve: gives the connection of the lake, if it has one.
    """
    settings = load_settings()
    try:
        written = write_mornings(settings, open_lake(settings, resolve), load_registry(settings))
    except WardWarehouseError as error:
        return str(error)
    for morning, page in written:
        log.info("%s night %s: %s %s", morning.district, morning.night, morning.verdict.en, page)
    return "; ".join(f"{morning.district} {morning.night}: {morning.standing}" for morning, _ in written)


def write_pages(settings: Settings, mornings: Iterable[Morning]) -> list[tuple[Morning, Path]]:
    """Writes a page for each of them, and the index anew.

    Raises:
        BuildError: a page cannot be written; the old ones stay.
    """
    folder = morning_folder(settings)
    data_docs = (folder.parent / "validation" / "index.html").is_file()
    written = []
    try:
        for morning in mornings:
            page = page_of(settings, morning.district, morning.night)
            page.parent.mkdir(parents=True, exist_ok=True)
            nights = [date.fromisoformat(path.stem) for path in page.parent.glob("*.json")]
            before = max((one for one in nights if one < morning.night), default=None)
            after = min((one for one in nights if one > morning.night), default=None)
            _replace(page, morning_page(morning, before, after, data_docs=data_docs))
            _replace(page.with_suffix(".json"), json.dumps(as_data(line_of(morning)), ensure_ascii=False))
            written.append((morning, page))
        _replace(folder / "index.html", index_page(_lines(folder), data_docs=data_docs))
    except OSError as error:
        raise BuildError(
            f"morning: {folder}: cannot be written ({error.strerror or error}); check space and rights, then run "
            "`ward-warehouse morning`"
        ) from None
    return written


def _lines(folder: Path) -> list[Line]:
    return [_line_at(path) for path in folder.glob("*/*.json")]


def _line_at(path: Path) -> Line:
    return _LINE.validate_json(path.read_bytes())


def _replace(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_name(f".{file.name}-{uuid4().hex}")
    try:
        fresh.write_text(text, encoding="utf-8")
        os.replace(fresh, file)
    finally:
        fresh.unlink(missing_ok=True)
