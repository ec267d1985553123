"""A copy of the public schemas as Parquet files, for who reads them with something other than DuckDB.

    parquet/builds/<when published>/     a folder for each night: a file for each table, of the large ones for each year
        datapackage.json                 what is in them, column by column
        open.sql                         gives DuckDB all relations again, the views with them
    parquet/current                      a link to the newest of them, replaced in one step
    parquet/closed/<district>/<period>/  the figures of each closing as they were closed, by its instant; never removed

A file of which nothing changed since the night before is that night's file by another name: a hard link.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from uuid import uuid4

import duckdb

from ward_warehouse.core.alone import alone
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier, literal
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake.period_log import period_name
from ward_warehouse.warehouse.data_package import Package, fields_of_tables, read_resources, resource, write_package
from ward_warehouse.warehouse.published import open_published

YEAR_OF = {"fct_dossiers": "received_date", "fct_survey_responses": "answered_date"}
"""Tables of which each year has a file, and the date that says which: of old years seldom anything changes."""

MODE = 0o444
"""Of the files, as of the published one; who may reach them is said by the folder above."""

_STAYS = "the copy of the night before stays as it is"
_TABLES = """
SELECT schema_name, table_name FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name IN ('marts', 'audit', 'analyst') ORDER BY ALL"""
_VIEWS = """
SELECT schema_name, view_name, sql FROM duckdb_views()
WHERE database_name = current_database() AND schema_name IN ('marts', 'audit', 'analyst') ORDER BY ALL"""
_CLOSINGS = """
SELECT DISTINCT closing_key, district_code, coalesce(ward_key, district_code), period_grain, period_start, period_end,
    closed_at
FROM marts.closed_indicators ORDER BY ALL"""

_NAMED = re.compile(r'\b(\w+)\.(?:"([^"]+)"|(\w+))')
"""A relation in the text of a view, as DuckDB writes it: its schema, and its name in quotes or without."""

# Whether it is the last one changes with the next.
_CLOSED = "SELECT * EXCLUDE (is_last_closing, is_closed_now) FROM marts.closed_indicators"


@dataclass(frozen=True)
class Copied:
    """What was done: how many files stand in the copy, and how many of them had to be written."""

    folder: Path
    files: int
    written: int

    def __str__(self) -> str:
        return f"Parquet copy: {self.files} files, {self.written} of them written anew"


@dataclass(frozen=True)
class _Part:
    """A file to be: the rows of a table that meet a condition, and what tells whether they changed."""

    schema: str
    table: str
    path: str
    condition: str
    fingerprint: str

    @property
    def rows(self) -> str:
        return f"SELECT * FROM {self.schema}.{identifier(self.table)} WHERE {self.condition}"  # noqa: S608 - our names


def copy_folder(settings: Settings) -> Path:
    """Where the copies are."""
    return settings.warehouse_dir / "parquet"


def copy_as_parquet(settings: Settings) -> Copied:
    """Copies what is published; the newest `parquet_keep` copies stay, and every closing.

    Raises:
        BuildError: nothing is published, the disk refuses, or another run copies; the copy of before stays.
    """
    folder = copy_folder(settings)
    busy = BuildError(f"parquet copy: another run copies into {folder}; {_STAYS}")
    with _disk_errors(folder), alone(folder / ".lock", busy), open_published(settings.published_file) as db:
        builds = folder / "builds"
        builds.mkdir(mode=0o700, exist_ok=True)
        _forget_unfinished(builds)
        fresh = builds / f".{uuid4().hex}"
        try:
            with _plain_errors():
                copied = _copy(db, fresh, folder / "current")
                _keep_closings(db, folder / "closed")
            place = builds / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S.%fZ}"
            os.replace(fresh, place)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        _point_at(folder / "current", place)
        _forget_unfinished(builds)
        for old in sorted(builds.iterdir())[: -settings.parquet_keep]:
            shutil.rmtree(old, ignore_errors=True)
    return Copied(place, *copied)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BuildError(f"parquet copy: {folder}: {error.strerror or error}; {_STAYS}") from None


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What DuckDB says while it writes is of the copy's disk, not of the warehouse that it reads."""
    try:
        yield
    except duckdb.Error as error:
        raise BuildError(f"parquet copy: {' '.join(str(error).split())[:300]}; {_STAYS}") from None


def _forget_unfinished(builds: Path) -> None:
    """Removes what killed runs left behind, and what was put aside."""
    for leftover in builds.glob(".*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _copy(db: duckdb.DuckDBPyConnection, fresh: Path, before: Path) -> tuple[int, int]:
    """Fills the folder; gives how many files it has, and how many were written."""
    known, resources, written = read_resources(before), [], 0
    fields_of = fields_of_tables(db)
    for schema, table in db.execute(_TABLES).fetchall():
        fields = fields_of[schema, table]
        for part in _parts(db, schema, table):
            file = fresh / part.path
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            same = known.get(part.path, {})
            is_same = same.get("fingerprint") == part.fingerprint and same.get("schema") == {"fields": fields}
            if not (is_same and _link(before / part.path, file)):
                _write(db, part.rows, file)
                written += 1
            name = part.path.removesuffix(".parquet").replace("/", ".").lower()
            resources.append(resource(name, fresh, part.path, fields, fingerprint=part.fingerprint))
    (fresh / "open.sql").write_text(_script(db, resources), encoding="utf-8")
    write_package(
        fresh, "ward-warehouse", "Kho dữ liệu cải cách hành chính / Warehouse of reform indicators", _built_at(db),
        resources,
    )  # fmt: skip
    return len(resources), written


def _parts(db: duckdb.DuckDBPyConnection, schema: str, table: str) -> Iterator[_Part]:
    """The files of a table. A sum of hashes tells whether rows changed, whatever their order."""
    relation, day = f"{schema}.{identifier(table)}", YEAR_OF.get(table)
    year = f"year({day})" if day else "NULL"
    found = db.execute(
        f"SELECT {year} AS part, count(*), sum(hash(rows)) FROM {relation} AS rows GROUP BY part ORDER BY part"  # noqa: S608
    ).fetchall()
    if not day:
        [(_, count, total)] = found or [(None, 0, None)]
        yield _Part(schema, table, f"{schema}/{table}.parquet", "true", f"{count}:{total}")
        return
    # A table without a row is a file as well: who reads it finds its columns.
    for part, count, total in found or [(None, 0, None)]:
        condition = f"{year} IS NOT DISTINCT FROM {'NULL' if part is None else int(part)}"
        path = f"{schema}/{table}/{'no_date' if part is None else part}.parquet"
        yield _Part(schema, table, path, condition, f"{count}:{total}")


def _link(before: Path, file: Path) -> bool:
    """Gives the file of the night before a second name; on a file system that cannot, it is written."""
    try:
        os.link(before.resolve(), file)
    except OSError:
        return False
    return True


def _write(db: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    db.execute(f"COPY ({rows}) TO {literal(str(file))} (FORMAT parquet, COMPRESSION zstd)")
    file.chmod(MODE)


def _script(db: duckdb.DuckDBPyConnection, resources: list[Package]) -> str:
    """SQL that makes all relations again over the files beside it."""
    files: dict[tuple[str, str], str] = {}
    for one in resources:
        schema, table, *years = one["path"].removesuffix(".parquet").split("/")
        files[schema, table] = f"{schema}/{table}/*.parquet" if years else one["path"]
    tables = [f"CREATE SCHEMA {schema};" for schema in ("marts", "audit", "analyst")] + [
        f"CREATE VIEW {schema}.{identifier(table)} AS FROM read_parquet({literal(path)});"
        for (schema, table), path in files.items()
    ]
    return "\n".join(["-- In this folder: duckdb -init open.sql", "SET TimeZone = 'UTC';", *tables, *_views(db), ""])


def _views(db: duckdb.DuckDBPyConnection) -> list[str]:
    """The statements of the views, each after those that it reads: to try an order out would take a second."""
    texts = {(schema, view): str(sql) for schema, view, sql in db.execute(_VIEWS).fetchall()}
    order: TopologicalSorter[tuple[str, str]] = TopologicalSorter()
    for view, text in texts.items():
        named = {(schema, quoted or plain) for schema, quoted, plain in _NAMED.findall(text)}
        order.add(view, *sorted(named & texts.keys() - {view}))
    return [texts[view] for view in order.static_order()]


def _built_at(db: duckdb.DuckDBPyConnection) -> datetime:
    found = db.execute("SELECT max(built_at) FROM audit.build_results").fetchone()
    built = found[0] if found else None
    return built.astimezone(UTC) if built else datetime.now(UTC)


def _keep_closings(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Writes the closings that have no file yet, each in one step: what was closed never changes."""
    for key, district, unit, grain, start, end, closed_at in db.execute(_CLOSINGS).fetchall():
        name = f"{unit}_{closed_at.astimezone(UTC):%Y-%m-%dT%H%M%SZ}.parquet"
        file = folder / district / period_name(grain, start, end) / name
        if file.is_file():
            continue
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = file.with_suffix(".fresh")
        _write(db, f"{_CLOSED} WHERE closing_key = {literal(key)}", fresh)
        os.replace(fresh, file)


def _point_at(link: Path, place: Path) -> None:
    """Replaces the link in one step."""
    fresh = link.with_name(".current")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(place.relative_to(link.parent))
    if link.is_dir() and not link.is_symlink():
        # So a backup leaves it that follows links, and no rename replaces a folder that holds something.
        link.rename(place.with_name(f".{uuid4().hex}"))
    os.replace(fresh, link)
