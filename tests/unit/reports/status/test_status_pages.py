"""The status pages over a small published warehouse made by hand, as people ask for them."""

import json
import os
import re
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.support.dashboard_year import a_year
from tests.support.district import District
from tests.support.status_warehouse import HOSTILE, SECOND, THIRD, write_figures, write_warehouse
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.outcomes import Outcome
from ward_warehouse.lake.period_log import Unit, parse_period, read_periods
from ward_warehouse.lake.store import Lake
from ward_warehouse.night.advice import ADVICE, spoken
from ward_warehouse.reports.dashboard.pages import SCRIPT, write_pages
from ward_warehouse.reports.status.asked import Answer, Asked, Language, Reader
from ward_warehouse.reports.status.site import Site

ALL = Reader("lan", frozenset({"read", "review", "close"}))
VIEWER = Reader("xem", frozenset({"read"}))


@pytest.fixture
def two_wards(make_district: MakeDistrict, tmp_path: Path) -> District:
    made = make_district(tmp_path, {"a_sql": "sql", "c_files": "files"})
    registry = made.wards_dir / "mini.yml"
    text = registry.read_text(encoding="utf-8")
    registry.write_text(re.sub(r"vi: .*", lambda _: f"vi: {json.dumps(HOSTILE)}", text), encoding="utf-8")
    return made


@pytest.fixture
def site(two_wards: District) -> Site:
    file = two_wards.settings.published_file
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as db:
        write_warehouse(db)
    return Site(two_wards.settings, "/ww/", b"a secret of the tests", lambda night: {"c_files": f"/task/{night}"})


def show(site: Site, path: str = "", language: Language = "vi", reader: Reader = VIEWER, **query: str) -> Answer:
    return site.answer(Asked(path, reader, query=query, language=language))


class Form(HTMLParser):
    """The hidden fields and buttons of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.buttons: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found["value"]
        if tag == "button" and "formaction" in found:
            self.buttons[found["formaction"].rsplit("/", 1)[1]] = found["value"]


def row(page: str, ward: str) -> str:
    return re.search(rf'ward/{ward}">.*?(?=<tr>|</tbody>)', page, re.DOTALL)[0]  # type: ignore[index]


def test_wards_by_nights(site: Site) -> None:
    page = show(site).body
    assert [night for night in re.findall(r'href="/ww/night/([\d-]+)"', page)] == ["2024-07-02", "2024-07-01"]
    assert re.findall(r"[✓!↺‖◷✕]", row(page, "a_sql")) == ["!", "✓"]
    assert re.findall(r"[✓!↺‖◷✕]", row(page, "c_files")) == ["‖", "✕"]
    assert "1 trên 2 đơn vị đã gửi" in re.sub(r"<[^>]+>", "", page)
    assert re.findall(r'href="/ww/night/([\d-]+)"', show(site, nights="1").body) == ["2024-07-02"]


def test_what_came_after_the_last_publishing_is_shown(site: Site, two_wards: District) -> None:
    lake = Lake(two_wards.settings.lake)
    for ward, status in (("a_sql", "succeeded"), ("c_files", "failed")):
        for step in ("extract", "validate")[: 2 if status == "succeeded" else 1]:
            append(lake, ward, step, status)
    page = show(site).body
    assert re.findall(r"[✓!↺‖◷✕]", row(page, "a_sql"))[0] == "✓"
    assert re.findall(r"[✓!↺‖◷✕]", row(page, "c_files"))[0] == "✕"
    assert "it is down" in show(site, f"night/{THIRD}").body


def test_what_a_later_night_brought_is_late(site: Site, two_wards: District) -> None:
    for step in ("extract", "validate"):
        append(Lake(two_wards.settings.lake), "c_files", step, "succeeded")
    assert re.findall(r"[✓!↺‖◷✕]", row(show(site).body, "c_files")) == ["✓", "↺", "↺"]


def test_what_is_wrong_is_said_in_the_readers_language(site: Site, two_wards: District) -> None:
    append(Lake(two_wards.settings.lake), "c_files", "extract", "failed", cause="login_refused")
    pages = {
        language: unescape(re.sub(r'<span lang="en">.*?</span>', "", show(site, f"night/{THIRD}", language).body))
        for language in ("vi", "en")
    }
    for language, page in pages.items():
        other = {"vi": "en", "en": "vi"}[language]
        said = ADVICE["login_refused"]
        assert getattr(said.what, language)[1:] in page
        assert getattr(said.do, language)[1:] in page
        assert getattr(said.what, other)[1:] not in page
        assert "it is down" not in page, "the engineer's line is English, and marked as such"
    message = show(site, "ward/c_files").body.split('<textarea id="message"')[1]
    assert f"hồ sơ: {spoken('login_refused').what.vi}." in message


def append(lake: Lake, ward: str, step: Any, status: Any, cause: Any = None) -> None:
    now = datetime.now(UTC)
    made = Outcome(
        outcome_id=outcomes.new_id(), run_id="r", night=THIRD, step=step, status=status, started_at=now,
        finished_at=now, ward=ward, district="mini", record_kind=RecordKind.DOSSIERS,
        error="it is down" if status == "failed" else None, cause=cause,
    )  # fmt: skip
    outcomes.append(lake, made)


def test_a_night_opens_down_to_the_task(site: Site) -> None:
    page = show(site, f"night/{SECOND}").body
    assert page.index("c_files-dossiers") < page.index("a_sql-dossiers"), "what needs somebody comes first"
    assert f'href="/task/{SECOND}"' in page
    assert "bị giữ lại" in page
    # 18:00 UTC is one o'clock of the next day in Viet Nam.
    assert "01:00 03/07/2024" in page


def test_a_ward_has_its_message(site: Site) -> None:
    page = show(site, "ward/c_files").body
    message = page.split('<textarea id="message"')[1]
    assert "không nhận được: hồ sơ" in message
    assert "Câu của cán bộ. (a.csv row 7)" in message
    assert "The officer&#39;s sentence." in show(site, "ward/c_files", "en").body


def test_the_quarantine_by_rule_and_by_ward(site: Site) -> None:
    page = show(site, "quarantine").body
    assert "Câu của cán bộ." in page
    assert 'href="/ww/quarantine/known"' in page
    assert 'href="/ww/ward/c_files#refused"' in show(site, "quarantine/known").body


@pytest.mark.parametrize(
    "path", ["", f"night/{SECOND}", "ward/c_files", "ward/a_sql", "quarantine", "quarantine/known", "periods", "pages"]
)
def test_texts_of_wards_are_data_and_no_value_is_shown(site: Site, path: str) -> None:
    for language in ("vi", "en"):
        answer = show(site, path, language)
        assert answer.status == 200
        assert "<img" not in answer.body
        assert "\x1b" not in answer.body
        assert "secret of a citizen" not in answer.body
        assert "<script" not in answer.body
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert f'<html lang="{language}">' in answer.body


@pytest.mark.parametrize(
    "path",
    ["nothing", "night/2024-13-01", "night/1999-01-01", "ward/nobody", "quarantine/nothing", "pages/nothing/index.html",
     "ward/" + "x" * 5000, "night/\u0661\u0661\u0661\u0661-11-11"],
)  # fmt: skip
def test_what_is_not_there_is_told(site: Site, path: str) -> None:
    answer = show(site, path)
    assert answer.status == 404
    assert "Không có trang này." in answer.body


def test_who_lacks_the_right_sees_nothing(site: Site) -> None:
    for path in ("", "pages/validation/index.html", "periods"):
        answer = show(site, path, reader=Reader("ai", frozenset({"review", "close"})))
        assert answer.status == 403
        assert "Phường" not in answer.body
        assert answer.file is None


def test_nothing_published_is_told_and_breaks_nothing(two_wards: District) -> None:
    answer = show(Site(two_wards.settings, "/ww/", b"x"))
    assert answer.status == 503
    assert "there is no published warehouse yet" in answer.body


# Files of other steps


@pytest.fixture
def reports(two_wards: District, site: Site) -> Path:
    folder = two_wards.settings.home / "reports"
    for name in (
        "morning/index.html",
        "morning/mini/2024-07-02.html",
        "morning/.x.html",
        "odd/one.html",
        "odd/x.json",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("<p>page", encoding="utf-8")
    return folder


def test_pages_of_other_steps_are_in_the_menu_and_served(site: Site, reports: Path) -> None:
    page = show(site, "pages").body
    assert 'href="/ww/pages/morning/index.html"' in page
    assert 'href="/ww/pages/odd/one.html"' in page
    answer = show(site, "pages/morning/mini/2024-07-02.html")
    assert answer.file == (reports / "morning" / "mini" / "2024-07-02.html").resolve()
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")
    assert "allow-same-origin" not in answer.headers["Content-Security-Policy"]


def test_a_dashboard_is_served_with_the_script_that_stands_beside_it(site: Site, reports: Path) -> None:
    """It is of no origin there, so that nobody's login goes with what it would ask for."""
    folder = reports / "dashboard" / "quan" / "2018"
    folder.mkdir(parents=True)
    for name, text in write_pages(a_year()):
        (folder / name).write_text(text, encoding="utf-8")
    answer = show(site, "pages/dashboard/quan/2018/index.html")
    alone = (folder / "index.html").read_text("utf-8")
    assert "src=" in alone
    assert "src=" not in answer.body
    assert (folder / SCRIPT).read_text("utf-8") in answer.body
    mark = re.search(r"script-src 'nonce-([\w-]+)'", answer.body)
    assert mark
    assert f'<script nonce="{mark[1]}">' in answer.body
    assert answer.headers["Content-Security-Policy"].startswith("sandbox ")
    assert show(site, "pages/morning/mini/2024-07-02.html").body == "", "what needs no script is sent as it is"


@pytest.mark.parametrize(
    "path",
    ["morning/../../lake/x.html", "morning/../../secret.html", "morning/%2e%2e/x.html", "../lake/x.html",
     "morning//etc/x.html", "morning/mini",
     "morning/.x.html", "odd/x.json", "morning/out.html", "morning/\0.html", "morning", ".", "..",
     "dbt/../../README.md"],
)  # fmt: skip
def test_nothing_outside_the_folders_is_served(site: Site, reports: Path, path: str) -> None:
    (reports.parent / "secret.html").write_text("secret", encoding="utf-8")
    os.symlink(reports.parent / "secret.html", reports / "morning" / "out.html")
    answer = show(site, f"pages/{path}")
    assert (answer.status, answer.file) == (404, None)


# Closing


def press(site: Site, step: str, form: dict[str, str], reader: Reader = ALL, *, same_site: bool = True) -> Answer:
    return site.answer(Asked(f"periods/{step}", reader, "POST", form=form, same_site=same_site))


def period_page(site: Site, reader: Reader = ALL) -> Form:
    return Form(show(site, "periods", reader=reader, district="mini", period="2024-06").body)


def states(district: District) -> list[str]:
    log = read_periods(Lake(district.settings.lake), "mini")
    units = (Unit("mini", "a_sql"), Unit("mini", "c_files"), Unit("mini"))
    return [log.state(unit, parse_period("2024-06")) for unit in units]


def test_a_month_is_reviewed_and_closed_on_the_page(site: Site, two_wards: District) -> None:
    form = period_page(site)
    assert list(form.buttons) == ["review"], "nothing is closed before it is reviewed"
    answer = press(site, "review", {**form.fields, "token": form.buttons["review"], "reason": "xong"})
    assert answer.status == 200
    assert states(two_wards) == ["reviewed"] * 3
    form = period_page(site)
    assert list(form.buttons) == ["close"]
    press(site, "close", {**form.fields, "token": form.buttons["close"]})
    assert states(two_wards) == ["closed"] * 3
    assert period_page(site).buttons == {}
    decisions = read_periods(Lake(two_wards.settings.lake), "mini").decisions
    assert {(one.by, one.reason) for one in decisions} == {("lan", "xong"), ("lan", "")}


@pytest.mark.parametrize("fault", ["no token", "other reader", "other site", "no right", "other period"])
def test_a_press_that_no_page_of_that_person_offered_is_refused(site: Site, two_wards: District, fault: str) -> None:
    form = period_page(site)
    fields = {**form.fields, "token": form.buttons["review"]}
    reader, same_site = ALL, fault != "other site"
    if fault == "no token":
        del fields["token"]
    if fault == "other period":
        fields["period"] = "2024-05"
    if fault == "other reader":
        reader = Reader("minh", ALL.rights)
    if fault == "no right":
        reader = Reader("lan", frozenset({"read", "close"}))
    assert press(site, "review", fields, reader, same_site=same_site).status == 403
    assert states(two_wards) == ["provisional"] * 3


def test_a_press_is_about_the_figures_that_were_shown(site: Site, two_wards: District) -> None:
    form = period_page(site)
    with duckdb.connect(str(two_wards.settings.published_file)) as db:
        write_figures(db, 3)
    answer = press(site, "review", {**form.fields, "token": form.buttons["review"]})
    assert "found other figures than those that were shown" in answer.body
    assert states(two_wards) == ["provisional"] * 3


def test_who_may_not_decide_has_no_button(site: Site) -> None:
    assert period_page(site, VIEWER).buttons == {}
    assert "không có quyền rà soát" in show(site, "periods", district="mini", period="2024-06").body


@pytest.mark.parametrize(("district", "period", "status"), [("nobody", "2024-06", 404), ("mini", "June", 400)])
def test_a_period_that_is_none_is_told(site: Site, district: str, period: str, status: int) -> None:
    assert show(site, "periods", district=district, period=period).status == status
