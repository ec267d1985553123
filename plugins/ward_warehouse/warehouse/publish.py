"""Publishing: what analysts may see is written beside the published file, and takes its place in one rename.

Readers that hold the old file keep it until they close it; nobody waits and nobody sees half a night. Facts and
figures, by far the largest tables, are taken from what was published last when the build computed only what changed
since: to copy a file takes a fraction of the time of writing them anew. They are taken from a copy that publishing
keeps for itself, never from the published file, which a client may have changed: DuckDB's clients open for writing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import duckdb

from ward_warehouse.core.alone import alone
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier, literal
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.facts import read_facts, read_figures
from ward_warehouse.warehouse.changes import followed_build
from ward_warehouse.warehouse.comments import copy_comments, say_of_builds
from ward_warehouse.warehouse.seals import Seals, kept_file, log_of, read_seals, seal_of, write_seals

PUBLIC_SCHEMAS = ("marts", "audit", "analyst")
BUSY = "publish: another publish is at work; it publishes the same build: wait for it, then look again"
NOTED_PERIODS, PERIOD = "int_noted_periods", "period_grain, period_start, period_end"
"""The table with the periods whose figures the last build made, and what names one."""
READ_ONLY = 0o444
"""The mode of the published file: who may read it opens it, and a client that would write is refused at once."""


class Computed(NamedTuple):
    """What a build computed of a public table: a table of schema `intermediate`, and the columns that name it."""

    table: str
    key: str

    @property
    def condition(self) -> str:
        """SQL of whether the build computed a row; both names are checked or our own."""
        return f"({self.key}) IN (SELECT {self.key} FROM build.intermediate.{self.table})"  # noqa: S608


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
        BuildError: there is no build, it cannot be copied, or the dbt project's list of facts is wrong; the published
            file is left as it was. Or the new one is in its place, and a client took it before it could be counted.
    """
    build, target = settings.build_file, settings.published_file
    _require_audited(build)
    computed = _computed(settings.dbt_project_dir)
    temporary = target.with_name(f".{target.stem}-{uuid4().hex}") / target.name
    lock, busy = kept_file(target).with_name("publish.lock"), BuildError(BUSY)
    with _disk_errors("publish", "the published warehouse is left as it was"), alone(lock, busy):
        _forget_killed(target)
        try:
            rows = _keep(build, target, computed)
            temporary.parent.mkdir(parents=True)
            shutil.copyfile(kept_file(target), temporary)
            temporary.chmod(READ_ONLY)
            _sync(temporary)
            _put_in_place(temporary, target)
        finally:
            shutil.rmtree(temporary.parent, ignore_errors=True)
    with _disk_errors("publish", "the new warehouse is published, but may be lost if the machine stops now"):
        _sync(target.parent)
    _require_readable(target, rows)
    return rows


def _require_audited(build: Path) -> None:
    if not build.is_file():
        raise BuildError("publish: there is no build yet; run `ward-warehouse build` first")
    if not audited_marker(build).is_file():
        raise BuildError(
            "publish: the last build did not pass its audit; the published warehouse is left as it was: see "
            "audit.build_results, mend the cause and run `ward-warehouse build` again"
        )


def _keep(build: Path, target: Path, computed: dict[str, Computed]) -> dict[str, int]:
    """Brings the kept copy up to the build; only one that nobody has touched since the last publish is taken over."""
    kept, seals = kept_file(target), read_seals(target) or Seals()
    stands = bool(seals.kept) and seal_of(kept) == seals.kept
    # Until it is sealed again it stands for nothing: whoever comes after a kill makes it anew.
    write_seals(target, replace(seals, kept=""))
    if stands:
        # What stands in the way (a reader in need has it open) does not stand in the way of a new one.
        with suppress(duckdb.Error), _with_build(kept, build) as db:
            if _follows(db):
                return _copy(db, kept.stem, computed)
    fresh = kept.with_name("fresh") / kept.name
    shutil.rmtree(fresh.parent, ignore_errors=True)
    try:
        fresh.parent.mkdir(mode=0o700)
        with _with_build(fresh, build) as db:
            rows = _copy(db, fresh.stem, computed)
        log_of(kept).unlink(missing_ok=True)
        os.replace(fresh, kept)
    finally:
        shutil.rmtree(fresh.parent, ignore_errors=True)
    return rows


def _put_in_place(temporary: Path, target: Path) -> None:
    """Replaces the published file, and removes the log that a client left of the old one: it belongs to no other."""
    kept, old = seal_of(kept_file(target)), read_seals(target) or Seals()
    sealed = seal_of(temporary)
    write_seals(target, Seals(kept, (*old.published, sealed)))
    log_of(target).unlink(missing_ok=True)
    os.replace(temporary, target)
    log_of(target).unlink(missing_ok=True)
    write_seals(target, Seals(kept, (sealed,)))


def _require_readable(target: Path, rows: dict[str, int]) -> None:
    """Opens what was published as any client would and counts it.

    Raises:
        BuildError: it cannot be opened, or holds other rows: a client took it before this look.
    """
    try:
        # Attached under a name of its own: DuckDB hands out a file that this process has open, and that is the old one.
        with duckdb.connect() as db:
            db.execute(f"ATTACH {literal(str(target))} AS looked_at (READ_ONLY)")
            db.execute("USE looked_at")
            found = {f"{schema}.{name}": _count(db, f"{schema}.{identifier(name)}") for schema, name in _tables_of(db)}
    except duckdb.Error as error:
        raise BuildError(
            f"publish: {target} is in its place, but cannot be opened ({_line(error)}): a program has it open for "
            "writing; end that program and run `ward-warehouse publish` again"
        ) from None
    wrong = [name for name, count in rows.items() if found.get(name) != count]
    if wrong:
        raise BuildError(
            f"publish: {target} is in its place, but {wrong[0]} has {found.get(wrong[0])} rows, expected "
            f"{rows[wrong[0]]}: a program wrote into it; end that program and run `ward-warehouse publish` again"
        )


def _tables_of(db: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return _relations(db, "looked_at", "duckdb_tables()", "table_name")


@contextmanager
def _disk_errors(step: str, consequence: str) -> Iterator[None]:
    """An error of DuckDB or of the disk as one line that says what it means for analysts."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise BuildError(f"{step}: {_line(error)}; {consequence}") from None


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _forget_killed(target: Path) -> None:
    """Removes the copies that killed runs left behind: each is as large as the warehouse."""
    for leftover in target.parent.glob(f".{target.stem}-*"):
        shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _with_build(file: Path, build: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A file to publish in, opened for writing, with the build attached as `build`."""
    with duckdb.connect(str(file)) as db:
        db.execute("SET TimeZone = 'UTC'")
        db.execute(f"ATTACH {literal(str(build))} AS build (READ_ONLY)")
        yield db


def _follows(db: duckdb.DuckDBPyConnection) -> bool:
    """Whether the build is the one that was published but for the records that it computed."""
    followed = followed_build(db, "build.raw")
    kept = db.execute("SELECT max(build_id) FROM audit.build_results").fetchone() if followed else None
    return kept == (followed,)


def _copy(db: duckdb.DuckDBPyConnection, target: str, computed: dict[str, Computed]) -> dict[str, int]:
    """Copies tables as they are and views by their text; the build's dbt models name no database in them.

    In a file that holds the build before, only the records and periods that this build computed are replaced.
    """
    rows: dict[str, int] = {}
    for schema in PUBLIC_SCHEMAS:
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    views, known_views = _view_statements(db, "build"), _view_statements(db, target)
    for relation in known_views.keys() - {name for name, text in views.items() if known_views.get(name) == text}:
        db.execute(f"DROP VIEW {relation}")
    known = _relations(db, target, "duckdb_tables()", "table_name")
    for schema, name in _relations(db, "build", "duckdb_tables()", "table_name"):
        kept = computed.get(name) if (schema, name) in known else None
        if kept and _is_built(db, kept.table):
            _bring_up_to_date(db, schema, name, kept.condition)
        elif (schema, name) in known:
            _fill_again(db, f"{schema}.{identifier(name)}")
        else:
            db.execute(f"CREATE TABLE {schema}.{identifier(name)} AS FROM build.{schema}.{identifier(name)}")
        rows[f"{schema}.{name}"] = _count(db, f"{schema}.{identifier(name)}")
    db.execute("CREATE OR REPLACE TABLE audit.build_results AS FROM build.raw.build_results")
    say_of_builds(db)
    _create_views(db, [text for name, text in views.items() if known_views.get(name) != text])
    copy_comments(db, "build", target, PUBLIC_SCHEMAS)
    db.execute("DETACH build")
    db.execute("CHECKPOINT")
    return rows


def _computed(project: Path) -> dict[str, Computed]:
    """The public tables of which a night computes a part, by their names."""
    found = {name: Computed(fact.computed, fact.key) for name, fact in read_facts(project).items() if fact.computed}
    return found | {name: Computed(NOTED_PERIODS, PERIOD) for name in read_figures(project)}


def _is_built(db: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the build has this table of what it computed; without it the tables that it is of were made anew."""
    found = db.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'build' AND schema_name = 'intermediate' "
        "AND table_name = $name",
        {"name": name},
    ).fetchone()
    return found == (1,)


def _bring_up_to_date(db: duckdb.DuckDBPyConnection, schema: str, name: str, computed: str) -> None:
    """Replaces in a table what the last build computed; what does not come out as the build has it is copied whole."""
    fact, source = f"{schema}.{identifier(name)}", f"build.{schema}.{identifier(name)}"
    db.execute(f"DELETE FROM {fact} WHERE {computed}")  # noqa: S608 - our own names, as below
    # By their place: DuckDB would read every column of all records before it compares the keys.
    db.execute(
        f"INSERT INTO {fact} BY NAME FROM {source} WHERE rowid IN (SELECT rowid FROM {source} WHERE {computed})"  # noqa: S608
    )
    if _count(db, fact) != _count(db, source):
        db.execute(f"CREATE OR REPLACE TABLE {fact} AS FROM {source}")


def _fill_again(db: duckdb.DuckDBPyConnection, table: str) -> None:
    """Replaces all rows of a table and leaves the table, with the comments on it, as it is."""
    db.begin()
    db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
    db.execute(f"INSERT INTO {table} FROM build.{table}")
    db.commit()


def _count(db: duckdb.DuckDBPyConnection, table: str) -> int:
    found = db.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names
    return int(found[0]) if found else 0


def _relations(db: duckdb.DuckDBPyConnection, database: str, catalogue: str, column: str) -> list[tuple[str, str]]:
    found = db.execute(
        f"SELECT schema_name, {column} FROM {catalogue} "  # noqa: S608 - both are our own words
        "WHERE database_name = $database AND list_contains($schemas, schema_name) ORDER BY ALL",
        {"database": database, "schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return [(str(schema), str(name)) for schema, name in found]


def _view_statements(db: duckdb.DuckDBPyConnection, database: str) -> dict[str, str]:
    """The text of each public view of a database, in the order in which they were made."""
    found = db.execute(
        "SELECT schema_name, view_name, sql FROM duckdb_views() "
        "WHERE database_name = $database AND list_contains($schemas, schema_name) ORDER BY view_oid",
        {"database": database, "schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return {f"{schema}.{identifier(name)}": str(text) for schema, name, text in found}


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
