"""The publisher's session in PostgreSQL: how it enters, as whom it acts, and what its errors say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier

if TYPE_CHECKING:
    import psycopg

    Session = psycopg.Connection[tuple[Any, ...]]

OWNER, READER = "ward_warehouse_owner", "ward_warehouse_reader"
ROLES_SCRIPT = "scripts/postgres_roles.sql"
OLDEST_SERVER = 15
CONNECT_SECONDS = 20
LOCK_SECONDS = 30
"""How long a publish waits for another one, or with a changed table for readers that are at work on it."""
TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey")
SESSION = {
    # The warehouse's database is set to read only, for a limited time: its readers' sessions begin so.
    "default_transaction_read_only": "off",
    "statement_timeout": "0",
    "lock_timeout": f"{LOCK_SECONDS}s",
    # A publisher whose machine is gone must not hold its locks for hours.
    "idle_in_transaction_session_timeout": "10min",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "15",
    "TimeZone": "UTC",
    "DateStyle": "ISO",
}


@contextmanager
def open_session(connection: Connection) -> Iterator[Session]:
    """A session that acts as the owner of the warehouse's tables.

    Args:
        connection: an Airflow connection of type `postgres`: host, port, schema (the database), login, password.

    Raises:
        BuildError: the server cannot be entered, is too old, or its roles were not made; or a statement of the block
            failed, and PostgreSQL shows what it showed before.
    """
    import psycopg

    place = f"publish: PostgreSQL of connection {connection.id}"
    if connection.conn_type not in ("postgres", "postgresql"):
        raise BuildError(f"{place}: found type {connection.conn_type!r}, expected postgres; correct the connection")
    try:
        with psycopg.connect(**_address(connection), autocommit=True) as session:
            _prepare(session, place)
            yield session
    except psycopg.Error as error:
        raise BuildError(
            f"{place}: {_reason(error)}; it shows the build that it showed before: mend the cause and run "
            "`ward-warehouse publish` again"
        ) from None


def _address(connection: Connection) -> dict[str, Any]:
    found = {
        "host": connection.host,
        "port": connection.port,
        "dbname": connection.schema,
        "user": connection.login,
        "password": connection.password,
        **{name: str(connection.extra[name]) for name in TLS if name in connection.extra},
    }
    given = {name: value for name, value in found.items() if value}
    return {
        **given,
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "ward_warehouse",
        "client_encoding": "UTF8",
    }


def _prepare(session: Session, place: str) -> None:
    version = session.info.server_version // 10_000
    if version < OLDEST_SERVER:
        raise BuildError(f"{place}: found PostgreSQL {version}, expected {OLDEST_SERVER} or newer; upgrade the server")
    found = session.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [[OWNER, READER]]).fetchone()
    if found != (2,):
        raise BuildError(
            f"{place}: its roles and schemas were not made; have a superuser run {ROLES_SCRIPT} in that database once"
        )
    for name, value in SESSION.items():
        session.execute("SELECT set_config(%s, %s, false)", [name, value])
    session.execute(f"SET ROLE {identifier(OWNER)}")


def _reason(error: psycopg.Error) -> str:
    """The server's own first sentence: what stands below it may quote rows."""
    import psycopg

    if isinstance(error, psycopg.errors.LockNotAvailable):
        return (
            f"waited {LOCK_SECONDS} s for another publish, or for readers of a table or view that changes, who are "
            "still at work"
        )
    if isinstance(error, psycopg.errors.InsufficientPrivilege):
        return f"{error.diag.message_primary}; the login must be a member of {OWNER}, as {ROLES_SCRIPT} makes it"
    return " ".join((error.diag.message_primary or str(error)).split())[:300]
