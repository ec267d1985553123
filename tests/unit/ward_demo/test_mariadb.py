"""The ward of the demonstration whose records are in MariaDB: the same as in its file, night after night."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from tests.support.database_servers import Server
from ward_demo import igate, mariadb
from ward_demo.story import records_as_of, story_records
from ward_demo.systems import NIGHTS

PASSWORD = "a-password-of-the-ward"


@pytest.fixture
def server(mariadb_server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    grant = f"GRANT ALL ON igate.* TO igate@'%' IDENTIFIED BY '{PASSWORD}'"
    mariadb_server.execute("CREATE DATABASE IF NOT EXISTS igate CHARACTER SET utf8mb4", grant)
    monkeypatch.setenv("WARD_WAREHOUSE_DEMO_MARIADB", f"127.0.0.1:{mariadb_server.port}")
    monkeypatch.setenv("MARIADB_PASSWORD", PASSWORD)
    return mariadb_server


def of_the_ward(rows: pd.DataFrame, count: int) -> pd.DataFrame:
    return rows[rows["ward_key"] == mariadb.WARD].head(count)


def test_the_server_holds_what_the_file_holds(server: Server, tmp_path: Path) -> None:
    seen = records_as_of(story_records("quan_11"), NIGHTS[-1].night)
    file = tmp_path / "ward.db"
    for count in (20, 50):
        dossiers, responses = of_the_ward(seen.dossiers, count), of_the_ward(seen.survey_responses, count)
        igate.write(file, dossiers, responses, afresh=False)
        mariadb.copy(file)
        with closing(sqlite3.connect(file)) as db:
            for table in ("HO_SO", "KHAO_SAT"):
                rows = db.execute(f"select * from {table} order by 1").fetchall()  # noqa: S608
                assert len(rows) == count
                assert server.execute(f"select * from igate.{table} order by 1") == rows  # noqa: S608


def test_its_connection_leads_to_the_server(server: Server) -> None:
    found = mariadb.connection()
    assert (found["host"], found["port"], found["conn_type"]) == ("127.0.0.1", server.port, "mysql")
    assert mariadb.is_there()
