"""The ward whose iGate keeps its records in MariaDB, where `WARD_WAREHOUSE_DEMO_MARIADB` names a server: `host:port`.

The database `igate` and the login of that name are there already; its password is in `MARIADB_PASSWORD`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pymysql  # type: ignore[import-untyped]

WARD = "quan_11_p01"
_NAME, _PORT = "igate", 3306
_VARIABLE = "WARD_WAREHOUSE_DEMO_MARIADB"
_TYPES = {"INTEGER": "bigint", "TEXT": "longtext"}


def is_there() -> bool:
    """Whether the ward is on MariaDB here."""
    return bool(os.environ.get(_VARIABLE))


def connection() -> dict[str, Any]:
    """The ward's connection, as Airflow reads it from JSON."""
    host, port = _address()
    login = {"login": _NAME, "password": os.environ["MARIADB_PASSWORD"]}
    return {"conn_type": "mysql", "host": host, "port": port, "schema": _NAME, **login}


def copy(file: Path) -> None:
    """Puts what the ward's SQLite file holds into the server, in one transaction; the rows before go."""
    host, port = _address()
    server = {"host": host, "port": port, "database": _NAME, "charset": "utf8mb4"}
    with (
        closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as source,
        closing(pymysql.connect(user=_NAME, password=os.environ["MARIADB_PASSWORD"], **server)) as target,
        target.cursor() as cursor,
    ):
        tables = [name for (name,) in source.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            columns = source.execute(f'pragma table_info("{table}")').fetchall()
            shapes = [
                f"`{name}` {_TYPES[kind.upper()]}{' primary key' if key else ''}"
                for _, name, kind, _, _, key in columns
            ]
            cursor.execute(f"create table if not exists `{table}` ({', '.join(shapes)})")
        target.begin()
        for table in tables:
            rows = source.execute(f'select * from "{table}"')  # noqa: S608 - the demonstration's own tables
            marks = ", ".join(["%s"] * len(rows.description))
            cursor.execute(f"delete from `{table}`")  # noqa: S608
            cursor.executemany(f"insert into `{table}` values ({marks})", rows.fetchall())  # noqa: S608
        target.commit()


def _address() -> tuple[str, int]:
    host, _, port = os.environ[_VARIABLE].partition(":")
    return host, int(port or _PORT)
