"""PostgreSQL while the warehouse is published to it: readers at work, and publishers that are killed at any moment."""

from __future__ import annotations

import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from tests.faults.amount import amount
from tests.support.database_servers import Server
from tests.support.district import ROOT
from tests.support.serving import VARIABLES, Database, build, make_database, project
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.postgres.publish import publish

READERS = 4
PUBLISHES = amount(10, 100)
READS = amount(400, 10_000)
KILLS = amount(4, 50)
ROWS = amount(2_000, 5_000)
RELATIONS = ("marts.fct_dossiers", "marts.figures", "audit.build_results", "audit.published", "analyst.figures_named")
LOOK = " UNION ".join(f"SELECT build_id FROM {name}" for name in RELATIONS)  # noqa: S608
WHOLE = f"SELECT (SELECT count(*) FROM marts.fct_dossiers) = {ROWS}, (SELECT count(*) FROM marts.figures) = {ROWS}"  # noqa: S608


def next_build(settings: Settings, number: int) -> None:
    """A build whose every row says which build it is; every second one says which keys of the fact it computed."""
    figures = f"SELECT 'b{number}' AS build_id, n FROM range({ROWS}) AS t (n)"  # noqa: S608 - our own numbers
    facts = f"SELECT n::VARCHAR AS dossier_key, build_id, repeat('x', 300) AS text FROM ({figures})"  # noqa: S608
    build(
        settings,
        f"b{number}",
        f"CREATE OR REPLACE TABLE marts.fct_dossiers AS {facts}",
        f"CREATE OR REPLACE TABLE marts.figures AS {figures}",
        "CREATE OR REPLACE TABLE intermediate.int_dossiers__changed AS SELECT dossier_key FROM marts.fct_dossiers",
        "CREATE OR REPLACE VIEW analyst.figures_named AS SELECT DISTINCT build_id FROM marts.figures",
        follows=f"b{number - 1}" if number % 2 else None,
    )


@pytest.fixture(scope="module")
def database(postgres_server: Server) -> Database:
    return make_database(postgres_server, "warehouse_under_faults")


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    made = Settings(home=tmp_path / "home", dbt_project_dir=project(tmp_path / "project", VARIABLES))
    next_build(made, 0)
    publish(made, database.connection)
    return made


class Reader(threading.Thread):
    """Reads in single statements and in transactions that stay open over publishes, with sessions that are kept."""

    def __init__(self, database: Database, stop: threading.Event) -> None:
        super().__init__()
        self.database, self.stop = database, stop
        self.looks: list[tuple[set[str], bool]] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with self.database.session("lan") as session:
                while not self.stop.is_set() or len(self.looks) < READS / READERS:
                    self.look(session)
        except BaseException as error:
            self.error = error

    def look(self, session: psycopg.Connection) -> None:
        """One statement over every relation, and one transaction with a statement for each."""
        self.looks.append(({build for (build,) in session.execute(LOOK)}, True))
        with session.transaction():
            session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            found = [session.execute(f"SELECT DISTINCT build_id FROM {name}").fetchall() for name in RELATIONS]  # noqa: S608
            whole = session.execute(WHOLE).fetchone() == (True, True)
        self.looks.append(({build for rows in found for (build,) in rows}, whole))


def test_no_reader_sees_two_builds_at_once_or_half_of_one(settings: Settings, database: Database) -> None:
    stop = threading.Event()
    readers = [Reader(database, stop) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number in range(1, PUBLISHES + 1):
        next_build(settings, number)
        publish(settings, database.connection)
    stop.set()
    for reader in readers:
        reader.join()
    assert [reader.error for reader in readers] == [None] * READERS
    looks = [look for reader in readers for look in reader.looks]
    assert len(looks) >= READS
    assert [look for look in looks if len(look[0]) != 1 or not look[1]] == []
    assert len({build for builds, _ in looks for build in builds}) > PUBLISHES / 4, "the reads went on meanwhile"


CHILD = """
import os, sys
from pathlib import Path
from ward_warehouse.core.connections import from_environment
from ward_warehouse.core.settings import load_settings
from ward_warehouse.warehouse.postgres.publish import publish
import psycopg, sqlglot
while sys.stdin.readline():
    pid = os.fork()
    if pid == 0:
        try:
            publish(load_settings(), from_environment("pg"))
        finally:
            os._exit(0)
    print(pid, flush=True)
    os.waitpid(pid, 0)
    print("ended", flush=True)
"""


class Publisher:
    """A program that publishes in a child of its own each time, and tells the child's id, to be killed by."""

    def __init__(self, settings: Settings, database: Database) -> None:
        found = database.connection
        uri = f"postgres://{found.login}:a-password%3Aof%2Fthe%40ward%2541@127.0.0.1:{found.port}/{found.schema}"
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "plugins"),
            "WARD_WAREHOUSE_HOME": str(settings.home),
            "WARD_WAREHOUSE_DBT_PROJECT_DIR": str(settings.dbt_project_dir),
            "AIRFLOW_CONN_PG": uri,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.orders, self.answers = self.process.stdin, self.process.stdout

    def publish(self, kill_after: float | None = None) -> float:
        """Publishes, or is killed while it does; gives the seconds it took."""
        print(file=self.orders, flush=True)
        pid, begun = int(self.answers.readline()), time.monotonic()
        if kill_after is not None:
            # A child that is done before is not killed: its id may be another's by then.
            done, _, _ = select.select([self.answers], [], [], kill_after)
            if not done:
                os.kill(pid, signal.SIGKILL)
        assert self.answers.readline() == "ended\n"
        return time.monotonic() - begun

    def close(self) -> None:
        self.orders.close()
        self.process.wait()


def test_a_publisher_that_is_killed_leaves_one_build_whole(
    settings: Settings, database: Database, chance: random.Random
) -> None:
    publisher = Publisher(settings, database)
    try:
        next_build(settings, 1)
        seconds = publisher.publish()
        shown = "b1"
        for number in range(2, KILLS + 2):
            next_build(settings, number)
            publisher.publish(kill_after=chance.uniform(0, seconds))
            found = {build for (build,) in database.query(LOOK)}
            assert found in ({shown}, {f"b{number}"}), "yesterday's or today's, and nothing between"
            assert database.query(WHOLE) == [(True, True)]
            publisher.publish()
            shown = f"b{number}"
            assert {build for (build,) in database.query(LOOK)} == {shown}
            assert database.query(WHOLE) == [(True, True)]
    finally:
        publisher.close()
