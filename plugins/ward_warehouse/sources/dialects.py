"""The kinds of database a ward may keep its records in, and how each is entered: to read, for a limited time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL

from ward_warehouse.connections import Connection
from ward_warehouse.errors import SourceError


@dataclass(frozen=True)
class Database:
    """One kind of database.

    Attributes:
        driver: SQLAlchemy's name of dialect and driver.
        on_connect: statements that make a session read-only and limit its statements; `{seconds}` and `{millis}` are
            the time-out. A mistake here or in a view of the ward must not change or lock the ward's records.
        on_begin: the same where it holds for one transaction only.
        as_stored: the database keeps what it is given whatever the column's type (SQLite): values are read as they are,
            because a typed read of an impossible date would break off in mid-batch.
    """

    driver: str
    on_connect: tuple[str, ...] = ()
    on_begin: tuple[str, ...] = ()
    as_stored: bool = False


DATABASES: dict[str, Database] = {
    "sqlite": Database("sqlite", as_stored=True),
    "postgres": Database(
        "postgresql+psycopg",
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET statement_timeout = {millis}"),
    ),
    "mysql": Database(
        "mysql+pymysql", ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_execution_time = {millis}")
    ),
    "mariadb": Database(
        "mariadb+pymysql", ("SET SESSION TRANSACTION READ ONLY", "SET SESSION max_statement_time = {seconds}")
    ),
    # SQL Server has no read-only session: give the connection an account of the role db_datareader.
    "mssql": Database("mssql+pymssql", ("SET LOCK_TIMEOUT {millis}",)),
    "oracle": Database("oracle+oracledb", on_begin=("SET TRANSACTION READ ONLY",)),
}
"""Airflow's connection types. A driver that is not installed is named in the error."""


def open_engine(who: str, connection: Connection, timeout_seconds: int) -> tuple[Engine, Database]:
    """An engine whose sessions only read.

    Raises:
        SourceError: the connection's type is unknown, its driver is not installed, or an SQLite file is absent.
    """
    database = DATABASES.get({"postgresql": "postgres"}.get(connection.conn_type, connection.conn_type))
    if database is None:
        raise SourceError(
            f"{who}: connection {connection.id} has type {connection.conn_type!r}, expected one of "
            f"{', '.join(sorted(DATABASES))}"
        )
    try:
        engine = create_engine(_url(who, connection, database))
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{who}: the driver {error.name} of {database.driver} is not installed; install it beside this package"
        ) from None
    limits = {"seconds": timeout_seconds, "millis": timeout_seconds * 1000}

    @event.listens_for(engine, "connect")
    def _limit_session(raw: Any, _: Any) -> None:
        cursor = raw.cursor()
        for statement in database.on_connect:
            cursor.execute(statement.format(**limits))
        cursor.close()
        raw.commit()

    @event.listens_for(engine, "begin")
    def _limit_transaction(session: SqlConnection) -> None:
        for statement in database.on_begin:
            session.exec_driver_sql(statement)

    return engine, database


def _url(who: str, connection: Connection, database: Database) -> URL | str:
    if database.driver != "sqlite":
        return URL.create(
            database.driver,
            username=connection.login or None,
            password=connection.password or None,
            host=connection.host or None,
            port=connection.port,
            database=connection.schema or None,
        )
    path = Path(connection.host if connection.host.startswith("/") else f"/{connection.schema}")
    if not path.is_file():
        raise SourceError(
            f"{who}: found no database file {path.name}, expected the ward's SQLite file that connection "
            f"{connection.id} names; check the share it lies on"
        )
    return f"sqlite:///file:{path}?mode=ro&uri=true"
