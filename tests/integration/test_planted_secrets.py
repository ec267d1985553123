"""Passwords planted in connections that fail, looked for in all that a night and a build leave behind."""

from __future__ import annotations

import logging
from pathlib import Path

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.support.bad_systems import RECORDS
from tests.support.database_servers import Server
from tests.support.planted import PASSWORDS, shows


def test_no_outcome_and_no_table_of_the_warehouse_shows_a_password(
    make_district: MakeDistrict, tmp_path: Path, postgres_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wards = {f"planted_{number}": password for number, password in enumerate(PASSWORDS.values())}
    district = make_district(tmp_path, {"planted_good": "sql", **dict.fromkeys(wards, "sql")})
    district["planted_good"].send(RECORDS)
    for number, (key, password) in enumerate(wards.items()):
        extra = {"sslmode": "sai"} if number % 2 else {}
        district[key].elsewhere = postgres_server.connection(id=key, password=password, extra=extra)
    played = district.play(record_kinds=["dossiers"])
    assert sum(outcome.status == "failed" for outcome in played.found) == len(wards)
    run = district.night()
    run.build()
    run.publish()
    with duckdb.connect(str(district.settings.published_file), read_only=True) as warehouse:
        stored = str(warehouse.execute("SELECT * FROM audit.load_outcomes").fetchall())
    assert "planted_1" in stored
    files = [path for path in (tmp_path / "home").rglob("*") if path.suffix in (".json", ".log", ".html", ".txt")]
    places = {"audit.load_outcomes": stored, "log": caplog.text}
    places |= {path.name: path.read_text(encoding="utf-8", errors="replace") for path in files}
    assert [place for place, text in places.items() if any(shows(text, password) for password in wards.values())] == []
