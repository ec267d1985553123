"""The status pages behind Airflow's FAB auth manager, as people with and without a role get them over HTTP."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import httpx

from tests.dags.runs import environment_of
from tests.dags.scheduler import Airflow, free_port, stop_service
from tests.support.district import District
from tests.support.status_warehouse import write_warehouse

PERIODS = "/ward-warehouse/periods"
PERIOD = {"district": "mini", "period": "2024-06"}
PEOPLE = {
    "xem": ["Viewer"],
    "ai": ["Public"],
    "lan": ["Viewer", "Ward Warehouse Reviewer"],
    # After the reviewer: whoever presses first leaves nothing to the next.
    "admin": ["Admin"],
}
USERS = """
import json, sys
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from ward_warehouse_pages.fab_roles import make_roles

make_roles()
make_roles()
with get_application_builder() as builder:
    for name, roles in json.loads(sys.argv[1]).items():
        found = [builder.sm.find_role(role) for role in roles]
        assert builder.sm.add_user(name, name, name, f"{name}@localhost", found, password=sys.argv[2]), name
"""


@dataclass(frozen=True)
class Asked:
    """What one person got.

    Attributes:
        looked, page: status and text of the page of a period.
        pressed, said: status and text after the button of a review, with the form that a reviewer's page has.
    """

    looked: int
    page: str
    pressed: int
    said: str


class Form(HTMLParser):
    """The hidden fields of a page and the token of its button of a review."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "input" and found.get("type") == "hidden":
            self.fields[found["name"]] = found["value"]
        if tag == "button" and found.get("formaction", "").endswith("/review"):
            self.fields["token"] = found["value"]


def people_with_roles(district: District) -> Callable[[threading.Event], dict[str, Asked]]:
    """What each of `PEOPLE` gets from an API server over a small published warehouse of two wards."""
    folder, file = district.folder, district.settings.published_file
    file.parent.mkdir(parents=True)
    with duckdb.connect(str(file)) as db:
        write_warehouse(db)

    def work(stop: threading.Event) -> dict[str, Asked]:
        return _ask(environment_of(district), folder, stop)

    return work


def _ask(environment: dict[str, str], folder: Path, stop: threading.Event) -> dict[str, Asked]:
    password, port = secrets.token_urlsafe(12), free_port()
    environment = {
        **environment,
        "AIRFLOW__CORE__AUTH_MANAGER": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(48),
        # Names count under the simple auth manager alone.
        "WARD_WAREHOUSE_REVIEWERS": '["xem", "ai"]',
    }
    airflow = str(Path(sys.executable).with_name("airflow"))
    people = [sys.executable, "-c", USERS, json.dumps(PEOPLE), password]
    for command in ([airflow, "db", "migrate"], people):
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
    with (folder / "fab-api-server.log").open("wb") as log:
        process = subprocess.Popen(
            [airflow, "api-server"], env=environment, cwd=folder, stdout=log, stderr=log, start_new_session=True
        )
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False) as client:
            started = Airflow(client, {"fab-api-server": process}, folder, stop, environment)
            started.wait("API server", lambda: client.get("/api/v2/version").is_success, 90)
            bearers = {name: _log_in(client, name, password) for name in PEOPLE}
            form = Form(client.get(PERIODS, params=PERIOD, headers=bearers["lan"]).text)
            return {name: _one(client, bearer, form) for name, bearer in bearers.items()}
    finally:
        stop_service(process)


def _log_in(client: httpx.Client, name: str, password: str) -> dict[str, str]:
    answer = client.post("/auth/token", json={"username": name, "password": password}).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def _one(client: httpx.Client, bearer: dict[str, str], form: Form) -> Asked:
    looked = client.get(PERIODS, params=PERIOD, headers=bearer)
    own = Form(looked.text).fields
    sent: dict[str, Any] = {**form.fields, **own}
    headers = {**bearer, "Sec-Fetch-Site": "same-origin"}
    pressed = client.post(f"{PERIODS}/review", data=sent, headers=headers)
    return Asked(looked.status_code, unescape(looked.text), pressed.status_code, unescape(pressed.text))
