"""A published warehouse with results of rules, its Data Docs, and what stands on their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import duckdb

from tests.support.district import ROOT
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.validation.data_docs import site
from ward_warehouse.validation.data_docs.site import index_file
from ward_warehouse.validation.suites import Rule, load_suite
from ward_warehouse.warehouse.published import open_published

NIGHT = date(2018, 12, 27)
WARDS = {"p07": 41, "p14": 1_250}
EXPECTATIONS = ROOT / "expectations"
KINDS = [record_kind for record_kind in RecordKind if (EXPECTATIONS / f"{record_kind}.yml").is_file()]
Row = tuple[str, date, str, str, int, int]


def rules(record_kind: RecordKind) -> tuple[Rule, ...]:
    return load_suite(EXPECTATIONS, record_kind).rules


def judged(record_kind: RecordKind, night: date) -> Iterator[Row]:
    """A night in which the wards broke every third and every fifth rule, each rule another number of times."""
    for number, rule in enumerate(rules(record_kind)):
        for step, (ward, count) in zip((3, 5), WARDS.items(), strict=True):
            yield str(record_kind), night, rule.rule, ward, count, number + 1 if number % step == 0 else 0


def publish(settings: Settings, rows: list[Row]) -> None:
    settings.published_file.parent.mkdir(parents=True, exist_ok=True)
    settings.published_file.unlink(missing_ok=True)
    with duckdb.connect(str(settings.published_file)) as db:
        db.execute("CREATE SCHEMA audit")
        db.execute(
            "CREATE TABLE audit.validation_results (record_kind VARCHAR, night DATE, rule VARCHAR, ward_key VARCHAR, "
            "rows_judged BIGINT, rows_broken BIGINT)"
        )
        if rows:
            db.executemany("INSERT INTO audit.validation_results VALUES (?, ?, ?, ?, ?, ?)", rows)


def write_data_docs(settings: Settings) -> int:
    """As a night does it, without a registry."""
    file = settings.published_file
    with open_published(file) as db:
        return site.write_data_docs(settings, db, datetime.fromtimestamp(file.stat().st_mtime, UTC))


class Page(HTMLParser):
    """The rows of a page's tables, cell by cell, its links, ids, tags, and its whole text."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.tags: set[str] = set()
        self.text = ""
        self.in_cell = False
        self.hidden: list[bool] = []
        self.source = file.read_text(encoding="utf-8")
        with closing(self):
            self.feed(self.source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "span":
            classes = (dict(attrs).get("class") or "").split()
            # One language is read, and the labels that a phone shows stand in the heading as well.
            self.hidden.append(bool({"vi", "label"} & set(classes)))
        for name, value in attrs:
            if name in ("href", "src", "action", "data"):
                self.links.append(value or "")
            elif name == "id":
                self.ids.add(value or "")
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self.in_cell = True
        elif tag == "br" and self.in_cell:
            self.rows[-1][-1] += "\n"

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self.hidden.pop()
        if tag in ("td", "th"):
            self.rows[-1][-1] = "\n".join(line.strip() for line in self.rows[-1][-1].strip().splitlines())
            self.in_cell = False

    def handle_data(self, data: str) -> None:
        self.text += data
        if any(self.hidden):
            return
        if self.in_cell:
            # A new line in the source is a space on the page.
            self.rows[-1][-1] += re.sub(r"\s+", " ", data)

    def row_of(self, rule: str) -> list[str]:
        """The cells of a rule: its name, meaning and expectation, and on a night's page what it found."""
        (found,) = [row for row in self.rows if len(row) >= 3 and rule in row[0].split()]
        return found


def night_page(settings: Settings, record_kind: RecordKind, night: date = NIGHT) -> Page:
    return Page(index_file(settings).parent / f"validations/{record_kind}/{night}.html")


def suite_page(settings: Settings, record_kind: RecordKind) -> Page:
    return Page(index_file(settings).parent / f"expectations/{record_kind}.html")


def every_page(settings: Settings) -> list[Path]:
    """The index, what is open, a page for each kind, each kind's night, each rule and each ward."""
    found = sorted(index_file(settings).parent.resolve().rglob("*.html"))
    assert len(found) == 2 + 2 * len(KINDS) + sum(len(rules(record_kind)) for record_kind in KINDS) + len(WARDS)
    return found
