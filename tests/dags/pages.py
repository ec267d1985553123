"""The status pages as people with and without a login and a role get them from a real API server, and as they look."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.dags.scheduler import Airflow, token
from tests.support.browser import NAMES
from tests.support.district import District
from tests.support.tab import Tab, new_tab

ROOT = "/ward-warehouse/"
NARROW, WIDE = 320, 1280


@dataclass(frozen=True)
class Page:
    """What a browser made of a page at a width."""

    path: str
    width: int
    too_wide: int
    serious: list[Any]


@dataclass
class Looked:
    """What was seen.

    Attributes:
        answers: status by who asked for what.
        home: the first page, as the admin got it.
        menu: Airflow's plugins.
        shown: pages in the browser; empty without one.
        focus: texts of what Tab reaches on the first page, in order.
        entered: path after Enter on the last of them.
        task: what Airflow's page shows when the task of a ward is opened from a night.
    """

    answers: dict[str, int] = field(default_factory=dict)
    login: str = ""
    home: str = ""
    menu: list[dict[str, Any]] = field(default_factory=list)
    shown: list[Page] = field(default_factory=list)
    focus: list[str] = field(default_factory=list)
    entered: str = ""
    task: str = ""


def look(airflow: Airflow, district: District) -> Looked:
    """Looks at the pages of a night that was published."""
    client, home = airflow.client, district.folder / "airflow"
    looked = Looked(menu=airflow.get("/plugins")["plugins"])
    looked.home = client.get(ROOT).raise_for_status().text
    with httpx.Client(base_url=client.base_url, timeout=30, trust_env=False) as stranger:
        looked.answers["nobody, a program"] = stranger.get(ROOT).status_code
        sent = stranger.get(ROOT, headers={"Accept": "text/html"})
        looked.answers["nobody, a browser"], looked.login = sent.status_code, sent.headers.get("location", "")
        looked.answers["nobody, a file"] = stranger.get(f"{ROOT}pages/validation/index.html").status_code
        looked.answers["nobody, a press"] = stranger.post(f"{ROOT}periods/review", data={}).status_code
        for user in ("xem", "ai"):
            bearer = {"Authorization": f"Bearer {token(stranger, home, user)}"}
            looked.answers[user] = stranger.get(ROOT, headers=bearer).status_code
            pressed = stranger.post(f"{ROOT}periods/review", data={"period": "2024-06"}, headers=bearer)
            looked.answers[f"{user}, a press"] = pressed.status_code
    for path in ("pages/validation/index.html", "pages/validation/..%2f..%2flake%2fx.html", "pages/lake/x.json"):
        looked.answers[path] = client.get(f"{ROOT}{path}").status_code
    if any(map(shutil.which, NAMES)):
        scratch = district.folder / "browser"
        scratch.mkdir()
        with new_tab(scratch) as tab:
            _browse(tab, looked, str(client.base_url), token(client, home, "admin"), scratch, list(district.wards))
    return looked


def _browse(tab: Tab, looked: Looked, base: str, bearer: str, scratch: Path, wards: list[str]) -> None:
    tab.log_in(base, bearer)
    night = looked.home.split(f"{ROOT}night/", 1)[1][:10]
    ward = looked.home.split(f"{ROOT}ward/", 1)[1].split('"')[0]
    for path in ("", f"night/{night}", f"ward/{ward}", "quarantine", "periods", "pages?lang=en"):
        for width in (WIDE, NARROW):
            tab.width(width)
            tab.open(f"{base}{ROOT}{path}")
            looked.shown.append(Page(path, width, tab.too_wide(), tab.serious()))
            tab.picture(scratch / f"page-{len(looked.shown)}.png")
    tab.width(WIDE)
    tab.open(f"{base}{ROOT}?lang=vi")
    looked.focus = list(_tabbed(tab, 5))
    tab.press("Enter")
    tab.wait("location.pathname.endsWith('/periods')")
    looked.entered = tab.run("location.pathname")
    tab.open(f"{base}{ROOT}night/{night}")
    tab.run("document.querySelector('td a[href*=mapped]').click()")
    # The night's own page names the wards too, and Airflow's fills itself piece by piece.
    named = f"{json.dumps(wards)}.some(ward => document.body.innerText.includes(ward))"
    shown = f"location.pathname.includes('/mapped/') && document.body.innerText.includes('extract') && {named}"
    tab.wait(f"document.body && {shown}", 60)
    looked.task = tab.run("location.pathname + ' ' + document.body.innerText")


def _tabbed(tab: Tab, times: int) -> Iterator[str]:
    for _ in range(times):
        tab.press("Tab")
        yield tab.run("document.activeElement.textContent")
