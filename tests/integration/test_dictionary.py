"""The dictionary to be printed: an example of every indicator, right by hand and by its statement; the dbt docs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from pypdf import PdfReader

from tests.integration.conftest import DemoNights
from tests.support.browser import accessibility_faults, opened, overflow
from ward_warehouse.core.settings import PROJECT_ROOT
from ward_warehouse.registry.indicator_reader import read_indicators
from ward_warehouse.reports.book.example import figure_of, month_of, work_out
from ward_warehouse.reports.book.site import MADE_OF, renew_dictionary, write_dictionary
from ward_warehouse.reports.book.words import amount, said, tables, working
from ward_warehouse.reports.status.files import shelves

CATALOGUE = read_indicators(PROJECT_ROOT / "dbt_project" / "indicators")


HOLD = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@pytest.fixture(scope="module")
def written(demo: DemoNights) -> list[Path]:
    """Written while another process has the build file for itself, as a build of a night that is late."""
    command = [sys.executable, "-c", HOLD, str(demo.settings.build_file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as builder:
        assert builder.stdout is not None
        assert builder.stdout.readline() == "held\n"
        files = write_dictionary(demo.settings)
        assert builder.poll() is None
        builder.communicate("")
    return files


def test_every_example_s_figure_is_what_the_statement_gives_on_its_records(demo: DemoNights) -> None:
    wrong = []
    with duckdb.connect(str(demo.settings.published_file), read_only=True) as db:
        for _, indicator in CATALOGUE.definitions():
            example = work_out(indicator, CATALOGUE, db)
            found = figure_of(indicator, CATALOGUE, db, example.records)
            by_hand = (example.numerator, example.denominator, found.get("value", example.value))
            if (found.get("numerator"), found.get("denominator"), example.value) != by_hand:
                wrong.append(f"{indicator.code}: by hand {by_hand}, the statement {found}")
    assert wrong == []


def test_every_definition_stands_in_the_page_with_its_example(written: list[Path]) -> None:
    text = written[0].read_text("utf-8")
    sections = re.findall(r'<section id="(\w+)-(\d+)">(.*?)</section>', text, re.DOTALL)
    assert [(code, int(version)) for code, version, _ in sections] == [
        (one.code, one.version) for _, one in CATALOGUE.definitions()
    ]
    assert [code for code, _, section in sections if 'class="example"' not in section] == []


def test_the_pdf_holds_every_definition_with_its_example(written: list[Path], demo: DemoNights) -> None:
    """Code, name, records and result of each; the sheets are numbered, and a bookmark leads to each."""
    reader = PdfReader(written[1])
    assert reader.pages[-1].extract_text().rstrip().endswith(f"{len(reader.pages)}/{len(reader.pages)}")
    titles = [one.name.vi for _, one in CATALOGUE.definitions()]
    assert [mark for mark in bookmarks(reader.outline) if mark in set(titles)] == titles
    text = plain("".join(page.extract_text() for page in reader.pages))
    found = re.split("Kếtquả:", text)
    assert len(found) == len(titles) + 1
    with duckdb.connect(str(demo.settings.published_file), read_only=True) as db:
        for (_, one), section, result in zip(CATALOGUE.definitions(), found, found[1:], strict=False):
            example = work_out(one, CATALOGUE, db)
            assert plain(one.code) in section
            assert plain(one.description.vi) in section
            assert plain(f"Ví dụ, tháng {month_of(one):%m/%Y}") in section
            for _, columns, records in tables(example):
                for number, record in records:
                    cells = [str(number), *(said(record.values.get(column)) for column in columns)]
                    assert plain("".join(cells) + amount(record.numerator)) in section, one.code
            assert result.startswith(plain(working(one, example))), one.code


def test_a_night_writes_a_dictionary_anew_whose_definitions_changed(demo: DemoNights, tmp_path: Path) -> None:
    """One that nobody asked for is none; one that is current stays as it is."""
    settings = demo.settings.model_copy(update={"home": tmp_path})
    settings.published_file.parent.mkdir()
    settings.published_file.hardlink_to(demo.settings.published_file)
    assert renew_dictionary(settings) == []
    page, *_ = write_dictionary(settings, with_docs=False)
    assert renew_dictionary(settings) == []
    (page.parent / MADE_OF).write_text("of another time", "utf-8")
    page.write_text("old", "utf-8")
    assert page in renew_dictionary(settings)
    assert "Từ điển chỉ tiêu" in page.read_text("utf-8")
    assert renew_dictionary(settings) == []


def bookmarks(outline: Sequence[Any]) -> Iterator[str]:
    for one in outline:
        if isinstance(one, list):
            yield from bookmarks(one)
        else:
            yield str(one.title)


def plain(text: str) -> str:
    """Without any room: a PDF breaks lines and columns where it likes."""
    return re.sub(r"[\s\u200b\xa0]+", "", text)


def test_the_page_is_for_everyone_and_leads_to_the_tables_of_the_warehouse(
    written: list[Path], demo: DemoNights, tmp_path: Path
) -> None:
    page, pdf, docs = written
    assert accessibility_faults(page, tmp_path, "", 390) == []
    assert overflow(page, tmp_path, 390) <= 0
    assert opened(page, tmp_path).asked == []
    for other in (pdf, docs):
        assert f'href="{other.name}"' in page.read_text("utf-8")
    assert "reform_indicators" in docs.read_text("utf-8")
    assert "dictionary" in [shelf.name for shelf in shelves(demo.settings) if shelf.is_there]
