"""Loads what the lake has committed into schema `raw` of the DuckDB build file, once and in one transaction.

A ledger in the file remembers which version of each manifest was loaded. A manifest that is new or replaced is loaded
(again); everything else is left alone, so that a night costs what a night brought. Dropping the file and loading from
an empty ledger gives the same rows: the lake is the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from ward_warehouse.core.calendar import read_overrides, working_calendar
from ward_warehouse.core.contracts import CONTRACTS, Contract, RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake import deletions, taken_back
from ward_warehouse.lake.quarantine_log import DECISION_SCHEMA, QUARANTINE_SCHEMA, decided_wards, decision_files
from ward_warehouse.lake.store import Lake, Manifest, Record, manifest_path
from ward_warehouse.registry import Registry
from ward_warehouse.warehouse import agreement, changes, outcomes, periods, registered
from ward_warehouse.warehouse.build_file import open_build
from ward_warehouse.warehouse.reference import reference_tables

UTC_TIME = pa.timestamp("us", tz="UTC")

PARTITIONS = pa.schema(
    [
        *((name, pa.string()) for name in ("record_kind", "ward_key", "district_code")),
        ("night", pa.date32()),
        ("manifest_id", pa.string()),
        *((name, pa.int64()) for name in ("rows_read", "rows_accepted", "rows_quarantined", "rows_unchanged")),
        ("cursor_to", UTC_TIME),
        ("is_full", pa.bool_()),
        ("committed_at", UTC_TIME),
    ]
)
VALIDATION_RESULTS = pa.schema(
    [
        *((name, pa.string()) for name in ("record_kind", "ward_key", "district_code")),
        ("night", pa.date32()),
        *((name, pa.string()) for name in ("rule", "severity", "column_name")),
        *((name, pa.int64()) for name in ("rows_judged", "rows_broken")),
        *((name, pa.string()) for name in ("sentence_vi", "sentence_en")),
    ]
)
LEDGER = agreement.LEDGER
BUILD_RESULTS = pa.schema(
    [
        ("build_id", pa.string()),
        ("built_at", UTC_TIME),
        *((name, pa.string()) for name in ("node", "node_kind", "status")),
        ("failures", pa.int64()),
        ("seconds", pa.float64()),
        ("message", pa.string()),
    ]
)

TABLES: dict[str, pa.Schema] = {
    **{str(record_kind): contract.schema() for record_kind, contract in CONTRACTS.items()},
    "quarantine": QUARANTINE_SCHEMA,
    "decisions": DECISION_SCHEMA,
    "partitions": PARTITIONS,
    "validation_results": VALIDATION_RESULTS,
    "load_outcomes": outcomes.SCHEMA,
    "build_results": BUILD_RESULTS,
    "deletions": deletions.DELETIONS_SCHEMA,
    **periods.TABLES,
    **changes.TABLES,
    "ledger": LEDGER,
}
PARTITIONED = ("quarantine", "partitions", "validation_results", *map(str, CONTRACTS))
ACCEPTED_RECORDS = "accepted_records"
"""View over the accepted records of every record kind: what identifies them, and the night that brought them."""


@dataclass(frozen=True)
class Loaded:
    """What a load brought into the build file."""

    partitions: int
    rows: int
    outcomes: int


def load(settings: Settings, lake: Lake, registry: Registry) -> Loaded:
    """Brings schema `raw` of the build file up to date with the lake and the registry.

    Raises:
        BuildError: the build file is in use, or a ward with records in the lake has no entry in the registry.
        LakeError: a file that a manifest names is absent or damaged, or a partition that was committed is gone.
    """
    with open_build(settings) as db:
        db.execute("CREATE SCHEMA IF NOT EXISTS raw")
        db.execute("BEGIN")
        _forget_other_shapes(db)
        for name, schema in TABLES.items():
            _create(db, name, schema)
        _view_accepted_records(db)
        told = outcomes.load_outcomes(db, lake)
        partitions, rows = _load_partitions(db, lake)
        _load_decisions(db, lake)
        _load_deletions(db, lake)
        periods.load_periods(db, lake)
        for name, table in reference_tables(registry).items():
            replace_table(db, name, table)
        registered.require_wards(db, registry.problems)
        registered.move_wards(db)
        db.execute("COMMIT")
        # After the commit: inside it DuckDB answers max() from the statistics of what was there before.
        replace_table(db, "calendar", calendar_table(db, settings))
        return Loaded(partitions, rows, told)


def _create(db: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema) -> None:
    db.register("shape", schema.empty_table())
    db.execute(f"CREATE TABLE IF NOT EXISTS raw.{name} AS FROM shape")
    db.unregister("shape")


def _forget_other_shapes(db: duckdb.DuckDBPyConnection) -> None:
    """Drops the tables of a contract that has changed since they were made, and with them what was loaded so far."""
    found: dict[str, list[str]] = {}
    for table, column in db.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'raw' ORDER BY column_index"
    ).fetchall():
        found.setdefault(table, []).append(column)
    changed = [name for name, schema in TABLES.items() if name in found and found[name] != schema.names]
    if changed:
        for name in {*changed, *PARTITIONED, *periods.TABLES, *changes.TABLES, "ledger"}:
            db.execute(f"DROP TABLE IF EXISTS raw.{name}")


def _view_accepted_records(db: duckdb.DuckDBPyConnection) -> None:
    columns = "ward_key, district_code, source_record_id, night"
    parts = [f"SELECT '{name}' AS record_kind, {columns} FROM raw.{name}" for name in CONTRACTS]  # noqa: S608
    db.execute(f"CREATE OR REPLACE VIEW raw.{ACCEPTED_RECORDS} AS {' UNION ALL '.join(parts)}")


def replace_table(db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Makes a table of schema `raw` anew."""
    db.register("fresh", table)
    db.execute(f"CREATE OR REPLACE TABLE raw.{name} AS FROM fresh")
    db.unregister("fresh")


def _append(db: duckdb.DuckDBPyConnection, name: str, rows: list[dict[str, Any]]) -> None:
    db.register("fresh", pa.Table.from_pylist(rows, TABLES[name]))
    db.execute(f"INSERT INTO raw.{name} BY NAME FROM fresh")
    db.unregister("fresh")


def _read_unseen(lake: Lake, unseen: list[tuple[str, str]], model: type[Record]) -> list[tuple[str, str, Record]]:
    """Path, version and document of files of the lake that the ledger does not know, less those that went meanwhile."""
    read = zip(unseen, lake.read_all([path for path, _ in unseen]), strict=True)
    return [
        (path, version, lake.parse(path, content, model)) for (path, version), content in read if content is not None
    ]


def _load_partitions(db: duckdb.DuckDBPyConnection, lake: Lake) -> tuple[int, int]:
    seen: dict[str, str] = dict(db.execute("SELECT path, version FROM raw.ledger").fetchall())
    versions = lake.versions_below("manifests")
    listed = {path for path, _ in versions}
    changed = _read_unseen(lake, [one for one in versions if seen.get(one[0]) != one[1]], Manifest)
    agreement.require(db, lake, listed, {path: manifest for path, _, manifest in changed})
    rows = _taken_back(db, lake, {path for path in seen if path.startswith("manifests/")} - listed)
    rows += [
        {"path": path, "record_kind": str(m.record_kind), "ward_key": m.ward, "night": m.night}
        for path, _, m in changed
    ]
    if not rows:
        return 0, 0
    db.register("replaced", pa.Table.from_pylist(rows))
    changes.note_records(db)
    _forget(db)
    for record_kind in RecordKind:
        _insert_nights(
            db,
            lake,
            str(record_kind),
            [(m.accepted_path, m.night) for _, _, m in changed if m.record_kind is record_kind],
        )
    changes.note_records(db)
    db.unregister("replaced")
    _insert_nights(db, lake, "quarantine", [(m.quarantine_path, m.night) for _, _, m in changed])
    manifests = [manifest for _, _, manifest in changed]
    _append(db, "partitions", [_partition_row(manifest) for manifest in manifests])
    _append(db, "validation_results", [row for manifest in manifests for row in _rule_rows(manifest)])
    books = [{"path": path, "version": version, "files": agreement.files_of(m)} for path, version, m in changed]
    _append(db, "ledger", books)
    return len(changed), sum(manifest.rows_accepted for manifest in manifests)


def _taken_back(db: duckdb.DuckDBPyConnection, lake: Lake, gone: set[str]) -> list[dict[str, Any]]:
    """Of the loaded partitions whose manifest is gone those that a person took back."""
    if not gone:
        return []
    loaded = db.execute("SELECT record_kind, ward_key, night, manifest_id FROM raw.partitions").fetchall()
    return [
        {"path": path, "record_kind": record_kind, "ward_key": ward, "night": night}
        for record_kind, ward, night, batch_id in loaded
        if (path := manifest_path(RecordKind(record_kind), ward, night)) in gone
        and lake.read_record(taken_back.path(record_kind, ward, night, batch_id), taken_back.TakenBack) is not None
    ]


def _forget(db: duckdb.DuckDBPyConnection) -> None:
    """Removes the rows of partitions that are about to be loaded again, which the table `replaced` names."""
    for name in PARTITIONED:
        record_kind = (
            "r.record_kind = t.record_kind"
            if name in TABLES and "record_kind" in TABLES[name].names
            else f"r.record_kind = '{name}'"
        )
        db.execute(
            f"DELETE FROM raw.{name} AS t USING replaced AS r "  # noqa: S608 - names of our own tables
            f"WHERE {record_kind} AND r.ward_key = t.ward_key AND r.night = t.night"
        )
    db.execute("DELETE FROM raw.ledger USING replaced WHERE ledger.path = replaced.path")


def _insert_nights(db: duckdb.DuckDBPyConnection, lake: Lake, table: str, wanted: list[tuple[str, date]]) -> None:
    """Inserts from each file the records of the nights whose manifests name it."""
    named = [(path, night) for path, night in wanted if path]
    if not named:
        return
    with lake.on_disk(sorted({path for path, _ in named}), _folder_of(db)) as places:
        files, nights = [places[path] for path, _ in named], [night for _, night in named]
        db.register("wanted", pa.table({"file": files, "wanted_night": pa.array(nights, pa.date32())}))
        try:
            _insert_files(
                db,
                lake,
                table,
                "SELECT * EXCLUDE (lake_file) FROM read_parquet($files, union_by_name = true, "
                "hive_partitioning = false, filename = 'lake_file') "
                "SEMI JOIN wanted ON lake_file = file AND night = wanted_night",
                places,
            )
        finally:
            db.unregister("wanted")


def _folder_of(db: duckdb.DuckDBPyConnection) -> Path:
    """The build file's folder: what it is made from has room where it has."""
    (file,) = db.execute("SELECT path FROM duckdb_databases() WHERE database_name = current_database()").fetchall()[0]
    return Path(file).parent


RECORD = "record_kind, ward_key, source_record_id"
WHOLE_FILES = "FROM read_parquet($files, hive_partitioning = false)"


def _insert_files(db: duckdb.DuckDBPyConnection, lake: Lake, table: str, query: str, places: Mapping[str, str]) -> None:
    """Inserts what a query finds in files of the lake, which are at their `places` on this machine."""
    try:
        db.execute(f"INSERT INTO raw.{table} BY NAME {query}", {"files": list(places.values())})
    except duckdb.Error:
        # What DuckDB says of a torn file depends on where it is torn, and names it seldom.
        for name in places:
            lake.read_table(name)
        raise


def _load_decisions(db: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    db.execute("DELETE FROM raw.decisions")
    for record_kind, ward in decided_wards(lake):
        with lake.on_disk(decision_files(lake, record_kind, ward), _folder_of(db)) as places:
            _insert_files(db, lake, "decisions", WHOLE_FILES, places)


def _load_deletions(db: duckdb.DuckDBPyConnection, lake: Lake) -> None:
    """Events of reconciliations that the ledger does not know; they never change."""
    seen = {row[0] for row in db.execute("SELECT path FROM raw.ledger").fetchall()}
    unseen = [one for one in lake.versions_below("reconciliations") if one[0] not in seen]
    fresh = [(path, version, one.path) for path, version, one in _read_unseen(lake, unseen, deletions.Reconciliation)]
    if fresh:
        with lake.on_disk([data for _, _, data in fresh if data], _folder_of(db)) as places:
            if places:
                _insert_files(db, lake, "deletions", WHOLE_FILES, places)
                _insert_files(db, lake, "changed_records", f"SELECT {RECORD} {WHOLE_FILES}", places)
        books = [{"path": path, "version": version, "files": [data] if data else []} for path, version, data in fresh]
        _append(db, "ledger", books)


def calendar_table(db: duckdb.DuckDBPyConnection, settings: Settings) -> pa.Table:
    """Every year with data, and one on each side for deadlines that cross New Year; the same whenever it is made."""
    spans = [_span(contract) for contract in CONTRACTS.values() if contract.dated_by]
    found = db.execute(
        f"SELECT min(first_date), max(last_date), max(last_night) FROM ({' UNION ALL '.join(spans)})"  # noqa: S608
    ).fetchone()
    # Without a record there is nothing that could ask for another year.
    today = datetime.now(UTC).date()
    first, last, night = found if found and found[0] else (today, today, today)
    return working_calendar(
        settings.holidays_country,
        first.year - 1,
        # A due date in the year 2567 must not make a calendar of five centuries.
        min(last.year, night.year + 2) + 1,
        read_overrides(settings.wards_dir),
    )


def _span(contract: Contract) -> str:
    """The first day of a record kind's periods, the last day that any of its columns names, and its last night."""
    first = contract.by_name[str(contract.dated_by)].date_name
    days = ", ".join(f"max({column.date_name})" for column in contract.stored if column.is_day)
    return (
        f"SELECT min({first}) AS first_date, greatest({days}, max(night)) AS last_date, max(night) AS last_night "  # noqa: S608
        f"FROM raw.{contract.record_kind}"
    )


def _partition_row(manifest: Manifest) -> dict[str, Any]:
    return {
        "record_kind": str(manifest.record_kind),
        "ward_key": manifest.ward,
        "district_code": manifest.district,
        "night": manifest.night,
        "manifest_id": manifest.batch_id,
        "rows_read": manifest.rows_read,
        "rows_accepted": manifest.rows_accepted,
        "rows_quarantined": manifest.rows_quarantined,
        "rows_unchanged": manifest.rows_unchanged,
        "cursor_to": manifest.cursor_to,
        "is_full": manifest.full,
        "committed_at": manifest.committed_at,
    }


def _rule_rows(manifest: Manifest) -> Iterator[dict[str, Any]]:
    for result in manifest.rules:
        yield {
            "record_kind": str(manifest.record_kind),
            "ward_key": manifest.ward,
            "district_code": manifest.district,
            "night": manifest.night,
            "rule": result.rule,
            "severity": result.severity,
            "column_name": result.column,
            "rows_judged": result.rows_judged,
            "rows_broken": result.rows_broken,
            "sentence_vi": result.vi,
            "sentence_en": result.en,
        }
