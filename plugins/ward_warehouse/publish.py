"""Publishing: what analysts may see is written beside the published file, and takes its place in one rename.

Readers that hold the old file keep it until they close it; nobody waits and nobody sees half a night.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import duckdb

from ward_warehouse.errors import BuildError
from ward_warehouse.settings import Settings

PUBLIC_SCHEMAS = ("marts", "audit")


def audited_marker(build_file: Path) -> Path:
    """The file that stands beside the build while its last build has passed every test of severity error."""
    return build_file.with_suffix(".audited")


def revoke_audit(build_file: Path) -> None:
    """Takes the marker away: until the next audit has passed, nothing may publish what stands in the build file.

    Raises:
        BuildError: it cannot be removed.
    """
    with _disk_errors("build", "the published warehouse is left as it was"):
        audited_marker(build_file).unlink(missing_ok=True)


def mark_audited(build_file: Path, build_id: str) -> None:
    """Puts the marker beside the build, in one step.

    Raises:
        BuildError: it cannot be written.
    """
    marker = audited_marker(build_file)
    fresh = marker.with_suffix(".fresh")
    with _disk_errors("build", "the published warehouse is left as it was"):
        fresh.write_text(build_id, encoding="utf-8")
        os.replace(fresh, marker)
        _sync(marker.parent)


def publish(settings: Settings) -> dict[str, int]:
    """Publishes the build file's public schemas; gives the rows of each published table.

    Raises:
        BuildError: there is no build, or it cannot be copied; the published file is left as it was.
    """
    build, target = settings.build_file, settings.published_file
    if not build.is_file():
        raise BuildError("publish: there is no build yet; run `ward-warehouse build` first")
    if not audited_marker(build).is_file():
        raise BuildError(
            "publish: the last build did not pass its audit; the published warehouse is left as it was: see "
            "audit.build_results, mend the cause and run `ward-warehouse build` again"
        )
    temporary = target.with_name(f".{target.stem}-{uuid4().hex}") / target.name
    _forget_killed(target)
    try:
        with _disk_errors("publish", "the published warehouse is left as it was"):
            temporary.parent.mkdir(parents=True)
            rows = _copy(build, temporary)
            _sync(temporary)
            os.replace(temporary, target)
        with _disk_errors("publish", "the new warehouse is published, but may be lost if the machine stops now"):
            _sync(target.parent)
    finally:
        shutil.rmtree(temporary.parent, ignore_errors=True)
    return rows


@contextmanager
def _disk_errors(step: str, consequence: str) -> Iterator[None]:
    """An error of DuckDB or of the disk as one line that says what it means for analysts."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise BuildError(f"{step}: {' '.join(str(error).split())[:300]}; {consequence}") from None


def _forget_killed(target: Path) -> None:
    """Removes the copies that killed runs left behind: each is as large as the warehouse."""
    for leftover in target.parent.glob(f".{target.stem}-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _copy(build: Path, target: Path) -> dict[str, int]:
    """Copies tables as they are and views by their text; the build's dbt models name no database in them."""
    rows: dict[str, int] = {}
    with duckdb.connect(str(target)) as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(f"ATTACH {_literal(str(build))} AS build (READ_ONLY)")
        for schema in PUBLIC_SCHEMAS:
            db.execute(f"CREATE SCHEMA {schema}")
        for schema, name in _relations(db, "duckdb_tables()", "table_name"):
            db.execute(f"CREATE TABLE {schema}.{_name(name)} AS FROM build.{schema}.{_name(name)}")
            count = db.execute(f"SELECT count(*) FROM {schema}.{_name(name)}").fetchone()  # noqa: S608
            rows[f"{schema}.{name}"] = int(count[0]) if count else 0
        db.execute("CREATE TABLE audit.build_results AS FROM build.raw.build_results")
        _create_views(db, _view_statements(db))
        db.execute("DETACH build")
        db.execute("CHECKPOINT")
    return rows


def _relations(db: duckdb.DuckDBPyConnection, catalogue: str, column: str) -> list[tuple[str, str]]:
    found = db.execute(
        f"SELECT schema_name, {column} FROM {catalogue} "  # noqa: S608 - both are our own words
        "WHERE database_name = 'build' AND list_contains($schemas, schema_name) ORDER BY ALL",
        {"schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in found]


def _view_statements(db: duckdb.DuckDBPyConnection) -> list[str]:
    found = db.execute(
        "SELECT sql FROM duckdb_views() WHERE database_name = 'build' AND list_contains($schemas, schema_name) "
        "ORDER BY view_oid",
        {"schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return [str(row[0]) for row in found]


def _create_views(db: duckdb.DuckDBPyConnection, statements: list[str]) -> None:
    """Creates views in whatever order their reading of one another asks for."""
    while statements:
        waiting: list[str] = []
        for statement in statements:
            try:
                db.execute(statement)
            except duckdb.CatalogException:
                waiting.append(statement)
        if len(waiting) == len(statements):
            db.execute(waiting[0])
        statements = waiting


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
