"""The morning page in a real browser: for everyone who reads it, on a phone and on paper, in both languages."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.browser import accessibility_faults, opened, overflow, printed_pages, shown_text
from ward_warehouse.reports.morning.model import (
    Build,
    Counts,
    Held,
    Mark,
    Morning,
    Note,
    Refused,
    Said,
    Strip,
    ToDo,
    Unit,
    Waiting,
    Warehouse,
)
from ward_warehouse.reports.morning.pages import index_page, line_of, morning_page

NIGHT = date(2024, 3, 7)
NIGHTS = tuple(NIGHT - timedelta(days=back) for back in reversed(range(14)))
NOW = datetime(2024, 3, 7, 23, 5, tzinfo=UTC)
ENGLISH = "document.getElementById('en').click()"
MARKS: tuple[Mark, ...] = ("loaded", "partly", "late", "held", "postponed", "failed", "not_run")


def a_morning(wards: int = 16) -> Morning:
    """One of which everything is to be said; a name is a long word with markup in it."""
    units = [Unit(f"w_{n:03}", Said(f"Phường {n}", f"Ward {n}")) for n in range(wards)]
    units[0] = Unit("w_000", Said("<b>Phường</b>" + "dài" * 20, "<b>Ward</b>" + "long" * 20))
    strips = [Strip(unit, tuple(MARKS[(n + at) % 7] for at in range(14))) for n, unit in enumerate(units[:5])]
    strips += [Strip(unit, ("loaded",) * 14) for unit in units[5:]]
    reason = Said("Ngày tiếp nhận không đúng định dạng hoặc không có thật.", "The reception date is impossible.")
    refused = tuple(
        Refused(unit, "dossiers", ("received_at_readable",), reason, 1_234, n % 2, "ho_so_20240307.csv", 24, 3)
        for n, unit in enumerate(units[:8])
    )
    command = "ward-warehouse release --night 2024-03-07 --ward w_001 --record-kind dossiers --by ... --reason ..."
    todo = ToDo((units[0],), reason, reason, "duty", command, "w_000 dossiers: the server answered 503")
    return Morning(
        district="quan", name=Said("Quận 11", "District 11"), time_zone="Asia/Ho_Chi_Minh", night=NIGHT, told_at=NOW,
        standing="incomplete", verdict=Said("15 trên 16 đơn vị đã gửi.", "15 of 16 units arrived."), expected=wards,
        arrived=wards - 1, missing=(units[0],), late=(), counts=Counts(9_871, 8_000, 1_871, 0),
        to_do=(todo, ToDo(tuple(units), reason, reason, "ward")), refused=refused,
        waiting=(Waiting(units[2], 1_234, NIGHTS[-4], NIGHTS[-2]),),
        held=(Held(units[1], "dossiers", NIGHT, reason, command),), notes=(Note(units[2], reason, "new columns X"),),
        nights=NIGHTS, strips=tuple(strips),
        warehouse=Warehouse(NOW, (Build("20240307T170000", NOW, 289, 1, 0),), "fct_dossiers: 4 results", "is older"),
        problems=("quan.yml:9: ward w_9: code",),
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("morning")
    (folder / "page.html").write_text(morning_page(a_morning(), NIGHTS[-2], data_docs=True), "utf-8")
    (folder / "index.html").write_text(index_page([line_of(a_morning())], data_docs=True), "utf-8")
    return folder


@pytest.mark.parametrize("name", ["page.html", "index.html"])
@pytest.mark.parametrize(("script", "width"), [("", 1280), (ENGLISH, 390)])
def test_nothing_keeps_anybody_from_using_it(pages: Path, tmp_path: Path, name: str, script: str, width: int) -> None:
    assert accessibility_faults(pages / name, tmp_path, script, width) == []


def test_the_check_finds_a_fault(pages: Path, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.html"
    spoilt.write_text((pages / "page.html").read_text("utf-8").replace("--quiet: #4d5866", "--quiet: #c9c9c9"), "utf-8")
    assert any("color-contrast" in fault for fault in accessibility_faults(spoilt, tmp_path))


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_a_screen_of_any_width_shows_all_of_it(pages: Path, tmp_path: Path, width: int) -> None:
    assert overflow(pages / "page.html", tmp_path, width) <= 0
    assert overflow(pages / "index.html", tmp_path, width) <= 0


def test_vietnamese_first_and_english_by_a_key(pages: Path, tmp_path: Path) -> None:
    first = shown_text(pages / "page.html", tmp_path)
    assert "15 trên 16 đơn vị đã gửi." in first
    assert "15 of 16 units arrived." not in first
    assert "1.234" in first
    english = shown_text(pages / "page.html", tmp_path, ENGLISH)
    assert "15 of 16 units arrived." in english
    assert "đơn vị đã gửi" not in english
    assert "1,234" in english
    assert "<b>Ward</b>" in english, "a name is data"


def test_it_needs_nothing_but_itself(pages: Path, tmp_path: Path) -> None:
    for name in ("page.html", "index.html"):
        assert opened(pages / name, tmp_path).asked == []
        assert "<script" not in (pages / name).read_text("utf-8")


def test_it_is_printed_on_a_few_sheets(pages: Path, tmp_path: Path) -> None:
    assert 1 <= printed_pages(pages / "page.html", tmp_path) <= 4


def test_two_hundred_wards_are_a_page(tmp_path: Path) -> None:
    page = tmp_path / "many.html"
    page.write_text(morning_page(a_morning(200)), "utf-8")
    assert page.stat().st_size < 1_000_000
    assert overflow(page, tmp_path, 390) <= 0
    assert "195 đơn vị gửi đủ mọi đêm" in shown_text(page, tmp_path)
