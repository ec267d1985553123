"""Publishing to PostgreSQL: a million records beside a bare COPY of the same bytes, and a night's changes.

The server is the one that the tests start: on loopback, and without waiting for the disk, for both sides alike.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import duckdb

from bench.build import enlarged, run_alone
from tests.support.database_servers import postgres
from tests.support.serving import Database, make_database
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.postgres.publish import publish
from ward_warehouse.warehouse.postgres.rows import CHUNK_BYTES, csv_options
from ward_warehouse.warehouse.postgres.shapes import tables_of
from ward_warehouse.warehouse.publish import mark_audited


def measure(home: Path, folder: Path) -> dict[str, float]:
    """How many times as long as a COPY a publish takes, and the seconds of a night's.

    `BENCH_POSTGRES_ROWS` names another number of records than a million.

    Args:
        home: a state folder on which the demonstration was played.
        folder: where the copies go.

    Raises:
        RuntimeError: no demonstration was played on `home`.
    """
    source = home / "warehouse" / "build" / "district.duckdb"
    if not source.is_file():
        raise RuntimeError(f"{home} holds no demonstration: run `make demo` first")
    rows = int(os.environ.get("BENCH_POSTGRES_ROWS", "1000000"))
    with postgres() as server:
        many = _beside_copy(source, folder / "many", make_database(server, "bench_many"), rows)
        return {
            **many,
            "postgres_publish_night_s": _night(home, folder / "night", make_database(server, "bench_night")),
        }


def _beside_copy(source: Path, home: Path, database: Database, rows: int) -> dict[str, float]:
    """A warehouse of one fact that takes the place of another as large, and the fact's bytes into an empty table."""
    settings, text = Settings(home=home), home / "facts.csv"
    settings.build_file.parent.mkdir(parents=True)
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute(f"ATTACH '{source}' AS demo (READ_ONLY)")
        for schema in ("raw", "marts", "audit", "analyst"):
            db.execute(f"CREATE SCHEMA {schema}")
        db.execute(
            "CREATE TABLE marts.fct_dossiers AS SELECT facts.* REPLACE (dossier_key || '-' || n AS dossier_key) "
            "FROM demo.marts.fct_dossiers AS facts, range(1000) AS copies (n) LIMIT $rows",
            {"rows": rows},
        )
        db.execute("CREATE TABLE raw.build_results AS FROM demo.raw.build_results")
        (facts,) = (table for table in tables_of(db) if table.name == ("marts", "fct_dossiers"))
        db.execute(f"COPY marts.fct_dossiers TO '{text}' ({csv_options(facts.columns)})")
    mark_audited(settings.build_file, "bench")
    publish(settings, database.connection)
    begun = time.perf_counter()
    publish(settings, database.connection)
    ours = time.perf_counter() - begun
    theirs = _bare_copy(database, text)
    return {
        "postgres_publish_1m_s": round(ours, 1),
        "postgres_copy_1m_s": round(theirs, 1),
        "postgres_publish_vs_copy": round(ours / theirs, 2),
    }


def _bare_copy(database: Database, text: Path) -> float:
    with database.session() as session, text.open("rb") as rows, session.cursor() as cursor:
        session.execute("CREATE TABLE public.bare (LIKE marts.fct_dossiers)")
        begun = time.perf_counter()
        with cursor.copy("COPY public.bare FROM STDIN (FORMAT csv)") as copy:
            while chunk := rows.read(CHUNK_BYTES):
                copy.write(chunk)
        return time.perf_counter() - begun


def _night(home: Path, copy: Path, database: Database) -> float:
    """The publish of what a night changed in the demonstration's warehouse, which PostgreSQL shows."""
    enlarged(home, copy, 1)
    run_alone("bench.changes", copy, "history")
    settings = Settings(home=copy)
    publish(settings, database.connection)
    run_alone("bench.changes", copy, "night")
    begun = time.perf_counter()
    publish(settings, database.connection)
    return round(time.perf_counter() - begun, 1)
