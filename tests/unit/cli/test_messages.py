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
    assert done.output.startswith(f"Night {NIGHT} was not run: 0 of 1 units arrived.")
    assert district.night().lake.folders("messages") == []


def test_of_a_ward_with_nothing_to_do_it_is_said_in_the_language_asked_for(district: District) -> None:
    options = ["messages", "show", "--night", str(NIGHT), "--role", "ward", "--ward", "c_sql"]
    assert "đơn vị đã gửi" in CliRunner().invoke(main, options).output
    assert "units arrived" in CliRunner().invoke(main, [*options, "--language", "en"]).output


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


def test_without_a_night_the_newest_that_was_read_is_meant(district: District) -> None:
    district.play()
    done = CliRunner().invoke(main, ["messages", "show", "--language", "en"])
    assert done.exit_code == 0, done.output
    assert str(NIGHT) in done.output.splitlines()[0]


def test_a_night_on_which_no_ward_was_in_force_is_not_complete(district: District) -> None:
    done = CliRunner().invoke(main, ["messages", "show", "--night", "2031-01-01"])
    assert done.exit_code == 1
    assert done.stderr == "night 2031-01-01: no ward of any district was in force on it\n"


def test_a_message_to_a_ward_asks_for_the_ward(district: District) -> None:
    done = CliRunner().invoke(main, ["messages", "show", "--role", "ward"])
    assert done.exit_code == 1
    assert "--role ward: found no --ward, expected the key of the ward" in done.stderr


def test_lists_that_are_a_folder_are_not_nobody(
    district: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARD_WAREHOUSE_MESSAGES_FILE", str(tmp_path))
    done = CliRunner().invoke(main, ["messages", "send", "--night", str(NIGHT)])
    assert done.exit_code == 1
    assert f"{tmp_path}:1: cannot be read" in done.stderr
