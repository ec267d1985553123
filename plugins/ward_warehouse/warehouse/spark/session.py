"""The session with the engine: its folders, and the tables that it is told of when it starts."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from pkgutil import extend_path
from urllib.parse import urlsplit

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier, literal

GIVEN = ("raw", "reference")
"""Schemas that DuckDB fills and the engine only reads: what the lake and the project's seeds brought."""
MADE = ("staging", "intermediate", "marts", "analyst", "audit")
"""Schemas that the engine fills."""
CONNECT_PORT, CONNECT_SECONDS = 15002, 20
"""Spark Connect's own port, and how long its engine may take to answer."""


@contextmanager
def engine(packages: Path) -> Iterator[None]:
    """The engine that `SPARK_REMOTE` names; without one, Sail in this process while the build lasts.

    Args:
        packages: the environment of requirements/spark.txt.

    Raises:
        BuildError: the packages are not installed, or the engine does not answer.
    """
    # Of pandas, which nothing here hands to it.
    warnings.filterwarnings("ignore", category=FutureWarning, module="pyspark")
    with _importable(packages), _remote():
        from pyspark.sql import SparkSession

        session = SparkSession.builder.getOrCreate()
        # Instants are stored in UTC, as in DuckDB's build.
        session.conf.set("spark.sql.session.timeZone", "UTC")
        try:
            yield
        finally:
            session.stop()


@contextmanager
def _importable(packages: Path) -> Iterator[None]:
    """The packages stand in an environment of their own: Great Expectations ends a process in which it finds Spark."""
    import dbt
    import dbt.adapters
    import dbt.include

    major, minor = sys.version_info[:2]
    place = str(packages / "lib" / f"python{major}.{minor}" / "site-packages")
    if not Path(place, "pyspark").is_dir():
        raise BuildError(
            f"spark: found no pyspark in {place}; WARD_WAREHOUSE_TARGET=spark needs the packages of "
            "requirements/spark.txt: `make .venv-spark/lock.txt` installs them; WARD_WAREHOUSE_SPARK_PACKAGES names "
            "an environment elsewhere"
        )
    # Last, so that what both environments have stays as it is.
    sys.path.append(place)
    for package in (dbt, dbt.adapters, dbt.include):
        package.__path__ = extend_path(package.__path__, package.__name__)
    # Should it be imported after all, it finds a Spark that it need not look for.
    os.environ.setdefault("SPARK_HOME", place)
    try:
        yield
    finally:
        sys.path.remove(place)


@contextmanager
def _remote() -> Iterator[None]:
    if remote := os.environ.get("SPARK_REMOTE"):
        _require_listening(remote)
        yield
        return
    os.environ.setdefault("RUST_LOG", "error")
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer()
    server.start(background=True)
    os.environ["SPARK_REMOTE"] = f"sc://127.0.0.1:{server.listening_address[1]}"
    try:
        yield
    finally:
        del os.environ["SPARK_REMOTE"]
        server.stop()


def _require_listening(remote: str) -> None:
    """The client itself tries for ten minutes before it says so."""
    address = urlsplit(remote)
    try:
        socket.create_connection((address.hostname or "", address.port or CONNECT_PORT), CONNECT_SECONDS).close()
    except OSError as error:
        raise BuildError(
            f"spark: nothing answers at {address.hostname}:{address.port or CONNECT_PORT} (SPARK_REMOTE): {error}; "
            "start the engine, or unset SPARK_REMOTE to build on Sail here"
        ) from error


def hand_over(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Writes what DuckDB filled as Parquet under the folder, and tells the engine of its tables.

    The engine's catalogue lasts as long as the session: each build begins with an empty folder and tells it everything.
    A view is written as the rows that it has.
    """
    from pyspark.sql import SparkSession

    session = SparkSession.builder.getOrCreate()
    shutil.rmtree(folder, ignore_errors=True)
    for schema in (*GIVEN, *MADE):
        (folder / schema).mkdir(parents=True, mode=0o700)
        session.sql(f"create schema if not exists {schema} location {literal(str(folder / schema))}")
    found = db.execute(
        "SELECT table_schema, table_name FROM information_schema.tables WHERE list_contains($schemas, table_schema) "
        "ORDER BY ALL",
        {"schemas": list(GIVEN)},
    ).fetchall()
    for schema, table in found:
        place = folder / schema / table
        place.mkdir()
        db.execute(f"COPY {identifier(schema)}.{identifier(table)} TO {literal(str(place / 'rows.parquet'))}")
        session.sql(f"create table {schema}.{table} using parquet location {literal(str(place))}")
