"""The folder of a district's year: complete or as it was before, whatever comes in between."""

from __future__ import annotations

import fcntl
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.dashboard_year import HOSTILE, PERIODS, a_year
from tests.support.full_disk import files_of_at_most
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.settings import Settings
from ward_warehouse.reports.dashboard import site
from ward_warehouse.reports.dashboard.model import DistrictYear
from ward_warehouse.reports.dashboard.pages import SCRIPT, write_pages
from ward_warehouse.reports.dashboard.site import dashboard_folder, write_dashboard
from ward_warehouse.reports.morning.model import Said


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def publish(monkeypatch: pytest.MonkeyPatch, found: DistrictYear) -> None:
    monkeypatch.setattr(site, "read_year", lambda *_: found)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*.html")}


def test_a_year_stands_in_a_folder_with_an_index_above_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for year in (2017, 2018):
        publish(monkeypatch, replace(a_year(), year=year))
        page, pages, size = write_dashboard(settings, "quan", year)
    assert page == dashboard_folder(settings) / "quan" / "2018" / "index.html"
    assert pages == len(list(page.parent.glob("*.html")))
    assert size == sum(file.stat().st_size for file in page.parent.iterdir())
    index = (dashboard_folder(settings) / "index.html").read_text("utf-8")
    assert re.findall(r'href="([^"]+)"', index) == ["quan/2018/index.html", "quan/2017/index.html"]
    for file, text in contents(page.parent).items():
        for link in re.findall(r'href="([^"#]+)"', text.decode()):
            assert (page.parent / link).is_file(), f"{file} leads to {link}"


def test_the_time_of_the_build_is_that_of_the_site_s_clock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, replace(a_year(), built_at=datetime(2018, 12, 31, 20, tzinfo=UTC)))
    text = write_dashboard(settings, "quan")[0].read_text("utf-8")
    assert "03:00 ngày 01/01/2019" in text
    assert "UTC" not in text


def test_yesterday_s_pages_stay_when_the_disk_is_full(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, a_year())
    write_dashboard(settings, "quan")
    before = contents(dashboard_folder(settings))
    publish(monkeypatch, replace(a_year(), name=Said("Tên mới", "New name")))
    with files_of_at_most(4_000), pytest.raises(WardWarehouseError, match="rights; what stood there is left as it was"):
        write_dashboard(settings, "quan")
    assert contents(dashboard_folder(settings)) == before
    assert [one for one in dashboard_folder(settings).glob(".*") if one.is_dir()] == []


def test_a_page_of_what_is_no_longer_reported_goes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, a_year())
    page, _, _ = write_dashboard(settings, "quan")
    assert (page.parent / "dossiers_received.html").is_file()
    found = a_year()
    publish(
        monkeypatch,
        replace(found, figures={key: one for key, one in found.figures.items() if key[0] != "dossiers_received"}),
    )
    write_dashboard(settings, "quan")
    assert not (page.parent / "dossiers_received.html").exists()


def test_two_runs_never_write_at_once(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(monkeypatch, a_year())
    folder = dashboard_folder(settings)
    folder.mkdir(parents=True)
    with (folder / ".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(WardWarehouseError, match="another run writes into"):
            write_dashboard(settings, "quan")


def test_what_is_hidden_is_in_no_page() -> None:
    """The ward with three dossiers: neither its two nor their share leaves the warehouse."""
    pages = dict(write_pages(a_year()))
    for name in ("on_time_of_resolved.html", "ward-p2.html"):
        data = re.search(r'id="data">(.*?)</script>', pages[name])
        assert data
        assert "2;3" not in data[1]
        assert "66,7" not in pages[name]
        assert "Ẩn vì số nhỏ" in pages[name]


def test_a_district_without_surveys_and_a_silent_ward_are_said_and_not_left_out() -> None:
    index = dict(write_pages(a_year()))["index.html"]
    assert "Không có phiếu khảo sát" in index
    assert "Hài lòng" in index
    assert "Phường 3" in index
    assert "ward-p3.html" not in index


def test_names_are_text_in_every_page() -> None:
    for name, text in write_pages(a_year()):
        if name == SCRIPT:
            continue
        assert HOSTILE not in text
        assert "<script>alert" not in text


def test_a_year_without_a_figure_is_a_page_that_says_so() -> None:
    empty = replace(a_year(), figures={}, breakdowns={}, periods=PERIODS[:1])
    pages = dict(write_pages(empty))
    assert list(pages) == [SCRIPT, "index.html"]
    assert "Chưa có số liệu nào trong năm." in pages["index.html"]
