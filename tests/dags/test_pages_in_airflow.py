"""The status pages in a real Airflow: its login and roles, and a browser that opens them."""

import pytest

from tests.dags.pages import ROOT, Looked
from tests.dags.runs import Live


@pytest.fixture
def looked(live: Live) -> Looked:
    return live.pages


@pytest.fixture
def browsed(looked: Looked) -> Looked:
    if not looked.shown:
        pytest.skip("no browser on this machine")
    return looked


def test_airflow_has_an_entry_for_the_pages(looked: Looked) -> None:
    (ours,) = [one for one in looked.menu if one["name"] == "ward_warehouse"]
    (view,) = ours["external_views"]
    assert (view["name"], view["href"], view["destination"]) == ("Ward Warehouse", ROOT, "nav")


def test_the_night_is_there(looked: Looked, live: Live) -> None:
    for ward in live.district.wards:
        assert f'{ROOT}ward/{ward}"' in looked.home
    assert "3 trên 3 đơn vị đã gửi" in looked.home


def test_nobody_without_a_login(looked: Looked) -> None:
    assert looked.answers["nobody, a program"] == 401
    assert looked.answers["nobody, a file"] == 401
    assert looked.answers["nobody, a press"] == 401
    assert looked.answers["nobody, a browser"] == 303
    assert looked.login.startswith("/auth/login?next=")


def test_nobody_without_a_role(looked: Looked) -> None:
    assert {who: looked.answers[who] for who in ("xem", "ai", "xem, a press", "ai, a press")} == {
        "xem": 200, "ai": 403, "xem, a press": 403, "ai, a press": 403,
    }  # fmt: skip


def test_files_are_those_of_the_reports(looked: Looked) -> None:
    assert looked.answers["pages/validation/index.html"] == 200
    assert looked.answers["pages/validation/..%2f..%2flake%2fx.html"] == 404
    assert looked.answers["pages/lake/x.json"] == 404


def test_no_page_is_wider_than_a_telephone(browsed: Looked) -> None:
    assert [(page.path, page.width, page.too_wide) for page in browsed.shown if page.too_wide > 0] == []


def test_axe_finds_nothing_serious(browsed: Looked) -> None:
    assert [(page.path, page.serious) for page in browsed.shown if page.serious] == []


def test_the_keyboard_reaches_the_menu(browsed: Looked) -> None:
    assert browsed.focus == ["Đến nội dung", "Ward Warehouse", "Các đêm", "Bản ghi bị cách ly", "Rà soát và chốt kỳ"]
    assert browsed.entered == f"{ROOT}periods"


def test_a_ward_of_a_night_opens_its_task_in_airflow(browsed: Looked, live: Live) -> None:
    assert "extract" in browsed.task
    assert any(ward in browsed.task for ward in live.district.wards)
