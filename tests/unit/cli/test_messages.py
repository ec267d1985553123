"""`ward-warehouse messages`: what a night's message says, and sending it without Airflow."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from tests.conftest import MakeDistrict
from tests.support.district import District
from tests.support.receivers import receiver
from tests.support.records import NIGHT
from ward_warehouse.cli import main


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> District:
    made = make_district(tmp_path, {"c_sql": "sql"})
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("WARD_WAREHOUSE_MESSAGES_FILE", str(tmp_path / "messages.yml"))
    return made


def test_show_prints_the_message_and_sends_nothing(district: District) -> None:
    done = CliRunner().invoke(main, ["messages", "show", "--night", str(NIGHT), "--language", "en"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith(f"Night {NIGHT} was not run: 0 of 1 wards arrived.")
    assert district.night().lake.folders("messages") == []


def test_send_tells_once_and_a_server_that_refuses_is_an_exit_code(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = CliRunner().invoke(main, ["messages", "send", "--night", str(NIGHT)])
    assert "nobody to tell" in nobody.output
    lists = {"lists": [{"role": "duty", "webhook": ["hook"]}]}
    (tmp_path / "messages.yml").write_text(yaml.safe_dump(lists), encoding="utf-8")
    with receiver() as hook:
        parts = {"conn_type": "http", "host": "127.0.0.1", "port": hook.port, "schema": "http"}
        monkeypatch.setenv("AIRFLOW_CONN_HOOK", json.dumps(parts))
        hook.status = 503
        down = CliRunner().invoke(main, ["messages", "send", "--night", str(NIGHT)])
        assert down.exit_code == 1
        assert "1 to be tried again" in down.output
        hook.status = 204
        sent = [CliRunner().invoke(main, ["messages", "send", "--night", str(NIGHT), "--json"]) for _ in range(2)]
        assert [json.loads(one.output)[0]["sent"] for one in sent] == [1, 0]
        assert len(hook.taken) == 1
