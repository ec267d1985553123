"""A lake on S3 that an Airflow connection enters, and what is said where it does not."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from tests.support.file_servers import S3Server
from tests.support.s3_lake import lake_connection, make_bucket
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import LakeError, SettingsError
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.access import open_lake
from ward_warehouse.lake.outcomes import read_run
from ward_warehouse.night.steps import Night

WRONG = "a-secret-that-nobody-may-see"


def settings_of(server: S3Server, **changes: Any) -> Settings:
    return Settings(**{"lake_url": f"s3://{make_bucket(server)}/lake", "lake_conn_id": "the_lake", **changes})


def test_the_connection_enters_the_store_and_nothing_else_does(
    s3_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, connection = settings_of(s3_server), lake_connection(s3_server)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    lake = open_lake(settings, {"the_lake": connection}.__getitem__)
    assert lake.create("locks/1.json", b"mine")
    assert Night(settings, resolve={"the_lake": connection}.__getitem__).lake.read("locks/1.json") == b"mine"
    parts = {"conn_type": "aws", "login": connection.login, "password": connection.password}
    monkeypatch.setenv("AIRFLOW_CONN_THE_LAKE", json.dumps({**parts, "extra": dict(connection.extra)}))
    assert open_lake(settings).read("locks/1.json") == b"mine"


def test_a_store_that_refuses_is_told_without_the_secret(s3_server: S3Server, caplog: pytest.LogCaptureFixture) -> None:
    lake = open_lake(settings_of(s3_server), lambda _: lake_connection(s3_server, password=WRONG))
    caplog.set_level(logging.DEBUG)
    for asked in (lambda: lake.create("a.json", b""), lambda: lake.read("a.json"), lambda: read_run(lake, "1")):
        with pytest.raises((LakeError, PermissionError)) as raised:
            asked()
        assert WRONG not in str(raised.value)
    assert WRONG not in caplog.text


def test_a_store_that_does_not_answer_is_a_fault_of_the_lake(s3_server: S3Server) -> None:
    nobody = lake_connection(s3_server, extra={"endpoint_url": "http://127.0.0.1:9"})
    lake = open_lake(settings_of(s3_server), lambda _: nobody)
    lake.fs.retries = 1
    with pytest.raises(LakeError, match=r"lake: a\.json cannot be read .*127\.0\.0\.1:9"):
        lake.read("a.json")


@pytest.mark.parametrize(
    ("changes", "connection"),
    [
        ({"lake_url": ""}, Connection("the_lake", "aws")),
        ({"lake_url": "gs://bucket/lake"}, Connection("the_lake", "aws")),
        ({}, Connection("the_lake", "http", password=WRONG)),
    ],
    ids=["a folder", "another store", "another type"],
)
def test_a_connection_that_does_not_fit_is_refused(
    s3_server: S3Server, tmp_path: Path, changes: dict[str, str], connection: Connection
) -> None:
    settings = settings_of(s3_server, home=tmp_path, **changes)
    with pytest.raises(SettingsError, match=r"WARD_WAREHOUSE_LAKE_CONN_ID.*expected type aws") as raised:
        open_lake(settings, lambda _: connection)
    assert WRONG not in str(raised.value)


def test_without_a_connection_a_folder_is_a_folder(tmp_path: Path) -> None:
    assert open_lake(Settings(home=tmp_path)).is_local


def test_an_address_that_nothing_opens_is_named_by_its_setting_and_not_shown(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, lake_url=f"foo://somebody:{WRONG}@bar")
    with pytest.raises(SettingsError, match="WARD_WAREHOUSE_LAKE_URL: found the protocol 'foo', expected") as raised:
        open_lake(settings)
    assert WRONG not in str(raised.value)
