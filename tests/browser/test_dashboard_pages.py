"""The dashboard in a real browser: from a folder, by everyone, on a phone, in both languages, with its filters."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.support.browser import accessibility_faults, answer, opened, overflow, printed_pages, shown_text
from tests.support.dashboard_year import HOSTILE, a_year
from ward_warehouse.reports.cells import FORMULA
from ward_warehouse.reports.dashboard.pages import SCRIPT, index_page, write_pages
from ward_warehouse.reports.morning.model import Said

ENGLISH = "const en = document.getElementById('en'); en.checked = true; en.dispatchEvent(new Event('input'))"
NAMES = ["index.html", "ward-p1.html", "on_time_of_resolved.html", "dossiers_received.html"]
ONLY = "document.getElementById('only').click()"
CELLS = (
    "[...document.querySelectorAll('#rows tbody tr:not([hidden])')]"
    ".map(row => [...row.cells].map(cell => cell.innerText.replaceAll('\u00a0', ' ')))"
)


def choose(name: str, value: object) -> str:
    """A filter as a reader sets it."""
    return (
        f"{{ const one = document.getElementById('{name}'); one.value = {value!r}; "
        "one.dispatchEvent(new Event('input')) }"
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dashboard")
    for name, text in write_pages(a_year()):
        (folder / name).write_text(text, "utf-8")
    (folder / "all.html").write_text(index_page([("quan", Said("Quận Mini", "Mini District"), [2018, 2017])]), "utf-8")
    return folder


def test_there_is_a_page_of_all_that_has_a_figure(pages: Path) -> None:
    assert {page.name for page in pages.iterdir()} == {*NAMES, "ward-p2.html", "all.html", SCRIPT}


@pytest.mark.parametrize(
    ("name", "script", "width"),
    [
        ("index.html", "", 1280),
        ("ward-p1.html", ENGLISH, 390),
        ("on_time_of_resolved.html", ENGLISH, 1280),
        ("on_time_of_resolved.html", "", 390),
    ],
)
def test_nothing_keeps_anybody_from_using_it(pages: Path, tmp_path: Path, name: str, script: str, width: int) -> None:
    assert accessibility_faults(pages / name, tmp_path, script, width) == []


@pytest.mark.parametrize("name", NAMES[:3])
def test_the_narrowest_phone_shows_all_of_it(pages: Path, tmp_path: Path, name: str) -> None:
    assert overflow(pages / name, tmp_path, 320) <= 0


@pytest.mark.parametrize("name", NAMES[1:3])
def test_it_asks_nothing_of_other_hosts_and_runs_the_script_beside_it_alone(
    pages: Path, tmp_path: Path, name: str
) -> None:
    """With the policy that the page names: what a ward's name brings along is not run, the filters are."""
    found = opened(pages / name, tmp_path)
    assert found.asked == []
    assert "<script>alert" not in (pages / name).read_text("utf-8")
    assert not re.search(r'class="filters"[^>]*hidden', found.document)
    assert printed_pages(pages / name, tmp_path) <= 2


@pytest.mark.parametrize("name", NAMES)
def test_a_page_that_is_sent_alone_shows_the_year(pages: Path, tmp_path: Path, name: str) -> None:
    """Nothing is offered that needs the script, and what a page says without it is what it says with it."""
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / name).write_text((pages / name).read_text("utf-8"), "utf-8")
    cells = "[...document.querySelectorAll('#rows tbody .v')].map(cell => cell.innerText)"
    offered = "[...document.querySelectorAll('.filters, .switch, .lang')].filter(one => one.checkVisibility()).length"
    script = f"return [{cells}, {offered}]"
    sent, nothing = answer(alone / name, alone, script)
    whole, offers = answer(pages / name, tmp_path, script)
    assert (sent, nothing) == (whole, 0)
    assert sent
    assert offers


def test_a_period_is_chosen_and_its_figures_stand_in_the_table(pages: Path, tmp_path: Path) -> None:
    script = (
        f"const found = [{CELLS}]; {choose('period', 'Tháng 02/2018')}; found.push({CELLS}); {ONLY}; "
        f"found.push({CELLS}); {choose('period', 'Tháng 01/2018')}; return [...found, document.body.innerText]"
    )
    year, month, differing, text = answer(pages / "on_time_of_resolved.html", tmp_path, script)
    assert [row[:3] for row in year] == [
        [HOSTILE, "90,0 %", "900/1.000"], ["Phường 2", "Ẩn vì số nhỏ", ""], ["Toàn quận", "98,7 %", "990/1.003"],
    ]  # fmt: skip
    assert [row[1:3] + row[4:5] for row in month] == [
        ["90,2 %", "902/1.000", "↓ thấp hơn"], ["Ẩn vì số nhỏ", "", ""], ["98,7 %", "990/1.003", ""],
    ]  # fmt: skip
    assert [row[1] for row in differing] == ["90,2 %", "98,7 %"], "the district stays to be compared with"
    assert "đã khóa" in text


def test_english_by_a_key_and_figures_as_english_writes_them(pages: Path, tmp_path: Path) -> None:
    text = shown_text(pages / "on_time_of_resolved.html", tmp_path, ENGLISH).replace("\N{NO-BREAK SPACE}", " ")
    assert "98.7 %" in text
    assert "990/1,003" in text
    assert "Suppressed: a small number" in text
    assert "not over yet" in text
    assert not any(word in text for word in ("Kỳ", "Phường 2", "98,7", "Toàn quận", "Ẩn vì số nhỏ"))


def test_the_trend_is_english_on_an_english_page(pages: Path, tmp_path: Path) -> None:
    trend = "const trend = document.querySelector('.trend')"
    script = (
        f"{trend}; {ENGLISH}; return [trend.getAttribute('aria-label'), trend.textContent, document.body.innerText]"
    )
    label, drawn, text = answer(pages / "on_time_of_resolved.html", tmp_path, script)
    assert label.replace("\N{NO-BREAK SPACE}", " ") == "On time by month, from 98.7 % (Jan) to 98.7 % (Apr)"
    assert drawn.endswith("JanFebMarApr")
    assert "20 Apr 2018" in text


def test_the_order_the_theme_and_the_search_leave_what_is_asked_for(pages: Path, tmp_path: Path) -> None:
    rows = answer(pages / "on_time_of_resolved.html", tmp_path, f"{choose('order', 'high')}; return {CELLS}")
    assert [row[0] for row in rows] == [HOSTILE, "Phường 2", "Toàn quận"], "what has no value stands last"
    script = (
        f"{choose('text', 'ty le dung')}; const found = {CELLS}; {choose('text', '')}; {choose('theme', 'volume')}; "
    )
    searched, of_theme = answer(pages / "index.html", tmp_path, f"{script}; return [found, {CELLS}]")
    assert [row[0] for row in searched] == ["Tiến độ", "Tỷ lệ đúng hạn mục tiêu năm 98,0 %: đạt"]
    assert [row[0] for row in of_theme] == ["Số lượng", "Hồ sơ tiếp nhận"]


def test_the_evidence_is_a_table_that_a_spreadsheet_reads_as_text(pages: Path, tmp_path: Path) -> None:
    text = answer(pages / "on_time_of_resolved.html", tmp_path, "return evidence()")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 15
    assert rows[0]["unit_name"] == f"'{HOSTILE}"
    assert (rows[0]["unit_key"], rows[0]["numerator"], rows[0]["denominator"]) == ("p1", "900", "1000")
    hidden = [row for row in rows if row["unit_key"] == "p2"]
    assert {(row["numerator"], row["denominator"], row["value"], row["note"]) for row in hidden} == {
        ("", "", "", "Ẩn vì số nhỏ")
    }
    assert rows[-1]["unit_key"] == "quan"


def test_what_starts_a_formula_is_the_same_to_the_page_s_script_as_to_every_other_file(
    pages: Path, tmp_path: Path
) -> None:
    starts = [*FORMULA, "a", "Đ", "1"]
    fields = answer(pages / "on_time_of_resolved.html", tmp_path, f"return {json.dumps(starts)}.map(one => field(one))")
    guarded = [one for one, text in zip(starts, fields, strict=True) if text.startswith("\"'")]
    assert guarded == list(FORMULA)


def test_the_next_page_opens_in_the_language_and_the_period_of_this_one(pages: Path, tmp_path: Path) -> None:
    script = f"{ENGLISH}; {choose('period', '2018-02')}; return document.querySelector('#rows a').hash"
    assert answer(pages / "on_time_of_resolved.html", tmp_path, script) == "#l=en&p=2018-02"
