"""What a state folder is, whenever it was made: two states with one likeness are healed in the same way.

A strike leaves a folder; what a re-run makes of it is decided by what is in it. Of that everything counts: each file's
path, mode and content; of a DuckDB file its catalogue and all rows of all tables, with its log played in; of a Parquet
file its columns and rows; of any other its text, or its bytes. Only what says when, and by which run, is put aside, and
not what it was for: an id or a moment becomes its place among all those of the folder, so that which equals which, and
which comes before which, still counts. What is put aside altogether: how long things took, the numbers of processes
that are dead, the names that dbt gives to an invocation and to its passing tables, and the order in which rows lie in a
DuckDB file, which dbt's two threads decide anew in every build (`profiles.yml` asks for no order).

A likeness that differs for nothing costs a re-run; one that is the same for nothing would hide a fault. So what is not
known here stays as it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import msgpack

from ward_warehouse.warehouse.seals import kept_file, read_seals, seal_of

NOT_READ = ("logs",)
"""What a tool says to people: no step reads it."""
NOT_READ_AFTER_A_LOAD = (*NOT_READ, "lake", "dbt/compiled", "dbt/run")
"""The lake is read until a load is done, and what dbt has run it only writes. Where no build passed before, the next
makes all anew of schema raw. `test_what_follows_a_load_reads_no_more_than_is_looked_at` takes the rest away.
"""
BUILD_FILE = Path("warehouse/build/district.duckdb")


def likeness(home: Path, *, after_a_load: bool = False) -> str:
    """A digest of a state folder that no process has open.

    Args:
        home: the folder.
        after_a_load: leaves out what is not read once a load is done.
    """
    marks = _marks()
    told = [(line, any(mark in line for mark in marks)) for line in _tell(home, after_a_load)]
    stays = "\n".join("" if of_a_run else line for line, of_a_run in told)
    passes = "\n".join(line for line, of_a_run in told if of_a_run)
    return hashlib.sha256(f"{stays}\n{_timeless(passes)}".encode()).hexdigest()


def _marks() -> list[str]:
    """Texts of which one is in every line that says when, or by which run: most lines need not be searched for more."""
    days = [datetime.now(UTC) - timedelta(days=n) for n in (0, 1)]
    since_1970 = f":{days[0].timestamp():.0f}"[:6]
    return [since_1970, *OF_A_PLAY, *(f"{day:{form}}" for day in days for form in ("%Y%m%d", "%Y-%m-%d"))]


OF_A_PLAY = ("_invocation_id", "duration_s", "seconds", "process", "started", "elapsed")


def _tell(home: Path, after_a_load: bool) -> Iterator[str]:
    leave_out = NOT_READ_AFTER_A_LOAD if after_a_load else NOT_READ
    last = ""
    for path in sorted(home.rglob("*"), key=lambda one: _unnamed(str(one))):
        place = path.relative_to(home)
        if any(place.is_relative_to(folder) for folder in leave_out):
            continue
        # A version mark of the load's ledger, and what a seal is of, are the size and time of change of a file.
        mark = f"{path.stat().st_size}:{path.stat().st_mtime}" if path.suffix == ".json" else ""
        # Past midnight the outcomes of one night lie in the folders of two days.
        if (line := f"{_unnamed(str(place))} {path.stat().st_mode:o} {mark}") != last:
            yield line
        last = line
        if path.is_file() and path.name != "seals.json":
            content = _content(path)
            yield from _of_schema_raw(content) if after_a_load and place == BUILD_FILE else content
    yield from _sealed(home)


def _of_schema_raw(lines: Iterable[str]) -> Iterable[str]:
    """What a build looks at: the catalogue and schema raw, where no build passed before it."""
    lines = list(lines)
    is_whole = not any(line.startswith("raw.build_basis ") for line in lines)
    return [line for line in lines if line.startswith(("(", "raw."))] if is_whole else lines


def _sealed(home: Path) -> Iterator[str]:
    """Whether the seals are those of the files: that is all that is asked of them."""
    published = home / "warehouse" / "district.duckdb"
    seals = read_seals(published)
    if seals is not None:
        yield f"kept {bool(seals.kept)} {seals.kept == seal_of(kept_file(published))}"
        yield f"published {[seal == seal_of(published) for seal in seals.published]}"


def _unnamed(path: str) -> str:
    """A path without what makes a passing file's name its own, and without the day of an outcome that its id says."""
    path = re.sub(r"(?<=lake/outcomes/)(\d{8})(?=$|/\1T)", "*", path)
    return re.sub(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", "*", path)


def _content(path: Path) -> Iterable[str]:
    content = path.read_bytes()
    try:
        if path.suffix == ".duckdb":
            log = path.with_name(f"{path.name}.wal")
            return _of_database(content, log.read_bytes() if log.is_file() else None)
        if path.suffix == ".parquet":
            return _of_parquet(content)
        return _of_what_was_parsed(content) if path.suffix == ".msgpack" else [content.decode()]
    except (duckdb.Error, ValueError):
        # It is torn, or no text: its bytes are all that it is.
        return [hashlib.sha256(content).hexdigest()]


# Most files are as they were before the strike, and not read again.
@lru_cache(maxsize=8)
def _of_database(content: bytes, log: bytes | None) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        # A copy: to open a database is to play in the log that lies beside it.
        path = Path(folder) / "district.duckdb"
        path.write_bytes(content)
        if log is not None:
            path.with_name(f"{path.name}.wal").write_bytes(log)
        with duckdb.connect(str(path)) as db:
            db.execute("SET TimeZone = 'UTC'")
            told = [str(row) for row in db.execute(CATALOGUE).fetchall()]
            for schema, table in db.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
                rows = db.execute(f'SELECT t::VARCHAR FROM "{schema}"."{table}" AS t')  # noqa: S608 - its own names
                told += [f"{schema}.{table} {row}" for (row,) in rows.fetchall()]
    return sorted(told)


@lru_cache(maxsize=256)
def _of_parquet(content: bytes) -> list[str]:
    with tempfile.NamedTemporaryFile() as file, duckdb.connect() as db:
        file.write(content)
        file.flush()
        db.execute("SET TimeZone = 'UTC'")
        columns = db.execute("SELECT name, type, logical_type FROM parquet_schema($1)", [file.name]).fetchall()
        rows = db.execute("SELECT t::VARCHAR FROM read_parquet($1, hive_partitioning = false) AS t", [file.name])
        return [*map(str, columns), *(row for (row,) in rows.fetchall())]


@lru_cache(maxsize=8)
def _of_what_was_parsed(content: bytes) -> list[str]:
    """Dbt's memory of the project."""
    return [json.dumps(_settled(msgpack.unpackb(content, strict_map_key=False)), sort_keys=True, default=str)]


def _settled(found: Any) -> Any:
    """Less when it was parsed, and with what stands there in the order of a set sorted."""
    if isinstance(found, dict):
        return {
            str(name): sorted(value, key=str) if name in AS_SETS and isinstance(value, list) else _settled(value)
            for name, value in found.items()
            if name not in WHEN_PARSED
        }
    return [_settled(one) for one in found] if isinstance(found, list) else found


WHEN_PARSED = ("created_at", "generated_at", "invocation_started_at", "invocation_id")
AS_SETS = ("ndp", "unit_tests", "exposures")


CATALOGUE = """
    SELECT schema_name, table_name AS name, sql, comment FROM duckdb_tables()
    UNION ALL SELECT schema_name, view_name, sql, comment FROM duckdb_views() WHERE NOT internal
    UNION ALL SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL
    ORDER BY ALL"""


def _way_of_writing(found: str) -> tuple[bool, str]:
    """Its place among those written with a T, or among the others: else midnight would come between the two ways."""
    return "T" in found, found


def _timeless(text: str) -> str:
    """The text with ids, moments of these days and version marks as their places among their like."""
    days = "|".join(f"{datetime.now(UTC) - timedelta(days=n):%Y-%m-%d}" for n in (0, 1))
    text = re.sub(r'"_invocation_id": "[^"]+"|(?<=__dbt_tmp)\d+', "*", text)
    text = re.sub(r"""(['"](?:duration_s|seconds|process|started|\w*elapsed)['"]: ?['"]?)[\d.e-]+""", r"\1*", text)
    for name, pattern in (
        ("id", r"\d{8}T\d{12}-[0-9a-f]{8}"),
        ("moment", rf"(?:{days})[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00(?::00)?)?"),
        ("mark", r"\d+:\d{10}\.\d+"),
    ):
        order = {found: n for n, found in enumerate(sorted(set(re.findall(pattern, text)), key=_way_of_writing))}
        text = re.sub(pattern, lambda found: f"{name} {order[found[0]]}", text)  # noqa: B023 - called at once
    return text
