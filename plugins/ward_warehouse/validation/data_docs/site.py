"""Writes the Data Docs beside the old ones and puts them in their place in one step: readers see the old or the new.

`reports/validation` is a link to the folder that holds the pages; a rename replaces the link.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import duckdb

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.settings import Settings
from ward_warehouse.validation.data_docs.findings import read_context, read_judged_nights
from ward_warehouse.validation.importing import great_expectations
from ward_warehouse.validation.suites import load_suite

NIGHTS_SHOWN = 14
ABANDONED_SECONDS = 3600
"""A folder beside the pages that is older and not the one in use was left behind by a killed run."""


def index_file(settings: Settings) -> Path:
    """The page that leads to all others."""
    return _site(settings) / "index.html"


def write_data_docs(settings: Settings, published: duckdb.DuckDBPyConnection, published_at: datetime) -> int:
    """Writes the pages of the published warehouse; gives how many there are.

    Args:
        settings: where the suites and the pages are.
        published: the published warehouse, opened.
        published_at: when it was published; an instant.

    Raises:
        BuildError: the pages cannot be written; the old pages stay.
        ValidationError: a suite is wrong.
    """
    site = _site(settings)
    fresh = site.with_name(f".{site.name}-{uuid4().hex}")
    pages = _pages(settings, published, published_at)
    try:
        for name, html in pages.items():
            file = fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(html, encoding="utf-8")
        _put_in_place(fresh, site)
    except OSError as error:
        raise BuildError(
            f"document: {site}: cannot be written ({error.strerror or error}); the published warehouse and the old "
            "pages are left as they were: check space and rights, then run `ward-warehouse document`"
        ) from None
    finally:
        _forget(fresh, site)
    return len(pages)


def _site(settings: Settings) -> Path:
    return settings.home.resolve() / "reports" / "validation"


def _pages(settings: Settings, published: duckdb.DuckDBPyConnection, published_at: datetime) -> dict[str, str]:
    """The text of each page by its path below the site's folder."""
    folder = settings.expectations_dir
    suites = {
        str(record_kind): load_suite(folder, record_kind)
        for record_kind in RecordKind
        if (folder / f"{record_kind}.yml").is_file()
    }
    found = read_judged_nights(published, NIGHTS_SHOWN)
    nights = [judged for judged in found if judged.record_kind in suites]
    context = read_context(published)
    great_expectations()
    from ward_warehouse.validation.data_docs import pages
    from ward_warehouse.validation.data_docs.wording import sentences

    said = {record_kind: sentences(suite) for record_kind, suite in suites.items()}
    local = published_at.astimezone(ZoneInfo(settings.time_zone))
    made = {"index.html": pages.index_page(list(suites.values()), nights, context)}
    rules = {(kind, rule.rule): rule for kind, suite in suites.items() for rule in suite.rules}
    made[pages.OPEN_PATH] = pages.open_page(context, rules)
    for record_kind, suite in suites.items():
        made[pages.suite_path(record_kind)] = pages.suite_page(suite, said[record_kind], context)
        of_kind = [judged for judged in nights if judged.record_kind == record_kind]
        for rule in suite.rules:
            sentence = said[record_kind][rule.rule]
            made[pages.rule_path(record_kind, rule.rule)] = pages.rule_page(suite, rule, sentence, of_kind, context)
        for judged in of_kind:
            page = pages.night_page(suite, said[record_kind], judged, local, context)
            made[pages.night_path(judged)] = page
    for ward in pages.shown_wards(nights, context):
        made[pages.ward_path(ward)] = pages.ward_page(context.unit(ward), nights, context, rules)
    return made


def _put_in_place(fresh: Path, site: Path) -> None:
    link = fresh.with_suffix(".link")
    link.symlink_to(fresh.name)
    if site.is_dir() and not site.is_symlink():
        # A folder of its own, as the page of the rules once had: no rename replaces a folder that holds something.
        site.rename(fresh.with_suffix(".old"))
    replaced = site.resolve()
    os.replace(link, site)
    if replaced != site:
        shutil.rmtree(replaced, ignore_errors=True)


def _forget(fresh: Path, site: Path) -> None:
    """Removes what this run did not finish or put aside, and what killed runs left behind."""
    in_use = site.resolve().name
    for leftover in site.parent.glob(f".{site.name}-*"):
        if leftover.name == in_use or not (leftover.name.startswith(fresh.name) or _is_abandoned(leftover)):
            continue
        if leftover.is_symlink():
            with suppress(OSError):
                leftover.unlink()
        else:
            shutil.rmtree(leftover, ignore_errors=True)


def _is_abandoned(leftover: Path) -> bool:
    """Whether no run writes it any more: another one may be at work beside this one."""
    try:
        return time.time() - leftover.lstat().st_mtime > ABANDONED_SECONDS
    except FileNotFoundError:
        return False
