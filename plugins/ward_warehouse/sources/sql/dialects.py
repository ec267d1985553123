"""The kinds of database a ward may keep its records in, and how each is entered: to read, for a limited time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Engine, create_engine, event, func, literal_column
from sqlalchemy import Connection as SqlConnection
from sqlalchemy.engine import URL

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError

CONNECT_SECONDS = 15
"""How long a server may take to accept a session: a ward that is switched off must not hold the night up."""

FIRST_YEAR, LAST_YEAR = 2000, 2050
"""Between these the offset of a zone is looked at."""

SQLITE_STEPS = 100_000
"""After so many steps of its virtual machine, some milliseconds, SQLite asks whether to go on."""

Time = Literal["local", "instant", "day"]


@dataclass(frozen=True)
class Session:
    """How a database is entered.

    Attributes:
        timeout_seconds: after which a statement is given up.
        time_zone: name of the zone that the ward's software writes local times in; empty leaves the server's own.
    """

    timeout_seconds: int
    time_zone: str = ""


@dataclass(frozen=True)
class Database:
    """One kind of database.

    Attributes:
        driver: SQLAlchemy's name of dialect and driver.
        on_connect: statements that make a session read-only and limit its statements; `{seconds}` and `{millis}` are
            the time-out. A mistake here or in a view of the ward must not change or lock the ward's records.
        zone: the statement that sets a session's zone, with `{zone}`: the server's own may be another one than that of
            the software, and the database shows instants (MariaDB's TIMESTAMP) in the session's.
        zone_as: how it names a zone; an `offset` needs no zone tables, which many servers lack.
        on_begin: the same where it holds for one transaction only.
        arrow: the ADBC driver that hands over Arrow; the driver above is used where there is none or it is absent.
        text_in_sql: how the database itself writes a value as text: `stored` (by the type of each value, SQLite) or
            `cast`; without it Python writes the driver's values.
        possible: SQL that is true where a time is one of the calendar's and of the years 1 to 9999; None where the
            database stores no other.
        zero_is_empty: a day 0000-00-00 is no fault: nothing stands there.
        endless: SQL that is true where a time lies after all of these years (`infinity`); a change time may be one.
        time_codes: the driver's type codes of times, for the columns of a query, which no catalogue describes.
        number_codes: those of numbers.
        connect: arguments of the driver's connect; the text `{seconds}` is the time-out.
        utf8_password: the driver takes the password as bytes; as text it would write Latin letters alone.
        milliseconds_in: the attribute of a driver's session that limits each of its calls, in milliseconds.
        extra: keys of a connection's extra that belong into the address (TLS).
        as_stored: the database keeps what it is given whatever the column's type (SQLite): values are read as they are,
            because a typed read of an impossible date would break off in mid-batch.
    """

    driver: str
    on_connect: tuple[str, ...] = ()
    zone: str = ""
    zone_as: Literal["name", "offset"] = "name"
    on_begin: tuple[str, ...] = ()
    arrow: str = ""
    text_in_sql: Literal["stored", "cast", ""] = ""
    possible: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    zero_is_empty: bool = False
    endless: Callable[[ColumnElement[Any]], ColumnElement[bool]] | None = None
    time_codes: Mapping[int, Time] = field(default_factory=dict)
    number_codes: frozenset[int] = frozenset()
    connect: Mapping[str, Any] = field(default_factory=dict)
    utf8_password: bool = False
    milliseconds_in: str = ""
    extra: tuple[str, ...] = ()
    as_stored: bool = False


LAST_DAY = "'9999-12-30'"
"""A day is left out at each end of the years 1 to 9999: an instant shown in a zone may lie in the year before."""


def _in_years(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column.between(literal_column("'0001-01-02'"), literal_column(LAST_DAY))


def _after_all_years(column: ColumnElement[Any]) -> ColumnElement[bool]:
    return column > literal_column(LAST_DAY)


def _in_calendar(column: ColumnElement[Any]) -> ColumnElement[bool]:
    # 0000-00-00 and 2018-02-31 can be stored; LAST_DAY is null for the first.
    of_month = func.dayofmonth(column).between(literal_column("1"), func.dayofmonth(func.last_day(column)))
    return func.coalesce(of_month, literal_column("FALSE"))


_MARIADB = Database(
    "mysql+pymysql",
    # MariaDB runs what stands in the first kind of comment, MySQL what stands in the second; both are called mysql.
    (
        "SET SESSION TRANSACTION READ ONLY",
        "SET SESSION /*M! max_statement_time = {seconds} */ /*!50708 max_execution_time = {millis} */",
    ),
    zone="SET SESSION time_zone = '{zone}'",
    zone_as="offset",
    possible=_in_calendar,
    time_codes={7: "local", 10: "day", 12: "local"},
    number_codes=frozenset({0, 1, 2, 3, 4, 5, 8, 9, 246}),
    connect={"connect_timeout": CONNECT_SECONDS, "charset": "utf8mb4"},
    utf8_password=True,
    extra=("ssl_ca",),
)

DATABASES: dict[str, Database] = {
    "sqlite": Database("sqlite", arrow="adbc_driver_sqlite", text_in_sql="stored", as_stored=True),
    "postgres": Database(
        "postgresql+psycopg",
        (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SET statement_timeout = {millis}",
            "SET client_encoding = 'UTF8'",
        ),
        zone="SET TIME ZONE '{zone}'",
        arrow="adbc_driver_postgresql",
        text_in_sql="cast",
        possible=_in_years,
        endless=_after_all_years,
        time_codes={1082: "day", 1114: "local", 1184: "instant"},
        number_codes=frozenset({20, 21, 23, 700, 701, 1700}),
        connect={"connect_timeout": CONNECT_SECONDS},
        extra=("sslmode", "sslrootcert"),
    ),
    "mysql": _MARIADB,
    "mariadb": _MARIADB,
    # SQL Server has no read-only session: give the connection an account of the role db_datareader.
    "mssql": Database(
        "mssql+pymssql",
        ("SET LOCK_TIMEOUT {millis}",),
        connect={"login_timeout": CONNECT_SECONDS, "timeout": "{seconds}"},
    ),
    "oracle": Database(
        "oracle+oracledb",
        zone="ALTER SESSION SET TIME_ZONE = '{zone}'",
        on_begin=("SET TRANSACTION READ ONLY",),
        milliseconds_in="call_timeout",
    ),
}
"""Airflow's connection types. A driver that is not installed is named in the error."""


def find_database(who: str, connection: Connection) -> Database:
    """The kind of database of a connection.

    Raises:
        SourceError: its type is unknown.
    """
    database = DATABASES.get({"postgresql": "postgres"}.get(connection.conn_type, connection.conn_type))
    if database is None:
        raise SourceError(
            f"{who}: connection {connection.id} has type {connection.conn_type!r}, expected one of "
            f"{', '.join(sorted(DATABASES))}"
        )
    return database


def session_statements(database: Database, session: Session) -> list[str]:
    """What a new session is told before anything else."""
    seconds, zone = session.timeout_seconds, session.time_zone
    said = [statement.format(seconds=seconds, millis=seconds * 1000) for statement in database.on_connect]
    if zone and database.zone:
        # A checked name of the time zone database: it holds no quotation mark.
        said.append(database.zone.format(zone=_offset(zone) or zone if database.zone_as == "offset" else zone))
    return said


def _offset(time_zone: str) -> str:
    """The offset of a zone, such as +07:00; empty for one that has had several since the records began."""
    zone = ZoneInfo(time_zone)
    months = [datetime(year, month, 1, tzinfo=zone) for year in range(FIRST_YEAR, LAST_YEAR) for month in (1, 4, 7, 10)]
    offsets = {f"{moment:%z}" for moment in months}
    return f"{offset[:3]}:{offset[3:5]}" if len(offsets) == 1 and (offset := offsets.pop()) else ""


def connect_arguments(database: Database, timeout_seconds: int) -> dict[str, Any]:
    """What the driver's connect is given beside the address."""
    return {name: timeout_seconds if value == "{seconds}" else value for name, value in database.connect.items()}


def limit_session(raw: Any, database: Database, session: Session) -> None:
    """Makes a driver's new session one that only reads, for a limited time, in the zone of the ward's software."""
    timeout_seconds = session.timeout_seconds
    if database.as_stored:
        # Text that is not UTF-8 must not end the read of a whole ward.
        raw.text_factory = lambda found: found.decode("utf-8", "replace")
        end = time.monotonic() + timeout_seconds
        raw.set_progress_handler(lambda: time.monotonic() > end, SQLITE_STEPS)
    if database.milliseconds_in:
        setattr(raw, database.milliseconds_in, timeout_seconds * 1000)
    cursor = raw.cursor()
    for statement in session_statements(database, session):
        cursor.execute(statement)
    cursor.close()
    raw.commit()


def open_engine(who: str, connection: Connection, session: Session) -> tuple[Engine, Database]:
    """An engine whose sessions only read.

    Raises:
        SourceError: the connection's type is unknown, its driver is not installed, or an SQLite file is absent.
    """
    database = find_database(who, connection)
    arguments = connect_arguments(database, session.timeout_seconds)
    if database.utf8_password and connection.password:
        arguments["password"] = connection.password.encode()
    try:
        engine = create_engine(_url(who, connection, database), connect_args=arguments)
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{who}: the driver {error.name} of {database.driver} is not installed; install it beside this package"
        ) from None

    @event.listens_for(engine, "connect")
    def _limit_session(raw: Any, _: Any) -> None:
        limit_session(raw, database, session)

    @event.listens_for(engine, "begin")
    def _limit_transaction(transaction: SqlConnection) -> None:
        for statement in database.on_begin:
            transaction.exec_driver_sql(statement)

    return engine, database


def server_url(connection: Connection, database: Database, driver: str) -> URL:
    """The address of a database server."""
    return URL.create(
        driver,
        username=connection.login or None,
        password=connection.password or None,
        host=connection.host or None,
        port=connection.port,
        database=connection.schema or None,
        query={name: str(connection.extra[name]) for name in database.extra if name in connection.extra},
    )


def sqlite_file(who: str, connection: Connection) -> str:
    """The address of an SQLite file, for reading only.

    Raises:
        SourceError: the file is absent.
    """
    path = Path(connection.host if connection.host.startswith("/") else f"/{connection.schema}")
    if not path.is_file():
        raise SourceError(
            f"{who}: found no database file {path.name}, expected the ward's SQLite file that connection "
            f"{connection.id} names; check the share it lies on"
        )
    return f"file:{quote(str(path))}?mode=ro"


def _url(who: str, connection: Connection, database: Database) -> URL:
    if database.driver == "sqlite":
        file, _, mode = sqlite_file(who, connection).rpartition("?mode=")
        return URL.create("sqlite", database=file, query={"mode": mode, "uri": "true"})
    return server_url(connection, database, database.driver)
