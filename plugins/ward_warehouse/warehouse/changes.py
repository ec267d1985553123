"""What changed in the build file since its last build that passed, so that the next one computes that alone.

`raw.changed_records` names each record of which a version came, went or was replaced, or that vanished at its source.
`raw.build_basis` names the last build that passed, what it stood on besides records, and which build it followed if it
computed only what changed. Without it (a first build, one that failed or was killed) or on another basis (a new version
of the models, another registry or calendar) a build computes everything again: the result is the same, row for row, and
only the time differs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path

import duckdb
import pyarrow as pa

from ward_warehouse.core.contracts import CONTRACTS, RecordKind

TABLES: dict[str, pa.Schema] = {
    "changed_records": pa.schema([(name, pa.string()) for name in ("record_kind", "ward_key", "source_record_id")]),
    "build_basis": pa.schema([(name, pa.string()) for name in ("fingerprint", "build_id", "follows")]),
}
REFERENCES = (
    "districts",
    "wards",
    "ward_record_kinds",
    "recorded_columns",
    "ward_successions",
    "procedure_catalogues",
    "calendar",
)
PROJECT = ("dbt_project.yml", "models", "macros", "seeds", "tests")


def note_records(db: duckdb.DuckDBPyConnection) -> None:
    """Notes the records that stand in the partitions of the registered table `replaced` (record_kind, ward_key, night).

    Nothing is noted before the first build that passed: the next one computes everything.
    """
    for record_kind in CONTRACTS:
        db.execute(
            "INSERT INTO raw.changed_records SELECT DISTINCT $record_kind, t.ward_key, t.source_record_id "  # noqa: S608 - our own names
            f"FROM raw.{record_kind} AS t SEMI JOIN replaced AS r "
            "ON r.record_kind = $record_kind AND r.ward_key = t.ward_key AND r.night = t.night "
            "WHERE EXISTS (FROM raw.build_basis)",
            {"record_kind": str(record_kind)},
        )


def fingerprint(db: duckdb.DuckDBPyConnection, project: Path) -> str:
    """What a build stands on besides records: the text of its models, the registry's tables and the calendar."""
    digest = hashlib.sha256(digest_of_project(project).encode())
    for table in REFERENCES:
        found = db.execute(f"SELECT md5(list(t ORDER BY t)::VARCHAR) FROM raw.{table} AS t").fetchone()  # noqa: S608
        digest.update(f"\n{table} {found}".encode())
    return digest.hexdigest()


def digest_of_project(project: Path) -> str:
    """What the files of a dbt project are, by their names and contents."""
    digest = hashlib.sha256()
    for name in PROJECT:
        for path in sorted([project / name, *(project / name).rglob("*")]):
            if path.is_file():
                digest.update(f"\n{path.relative_to(project)}\n".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def only_changes(db: duckdb.DuckDBPyConnection, basis: str, record_kinds: Collection[RecordKind]) -> bool:
    """Whether the tables stand as a build on this basis left them, but for the records that are noted as changed.

    Args:
        db: the build file.
        basis: the fingerprint of now.
        record_kinds: those that have a fact, whose change touches their own figures only. A catalogue's decides on
            dossiers that did not change.
    """
    stands = db.execute("SELECT fingerprint FROM raw.build_basis").fetchall() == [(basis,)]
    changed = {row[0] for row in db.execute("SELECT DISTINCT record_kind FROM raw.changed_records").fetchall()}
    return stands and changed <= {str(record_kind) for record_kind in record_kinds}


def begin_build(db: duckdb.DuckDBPyConnection) -> str | None:
    """From here on the tables may be half of one build and half of another; gives the build that they stood at."""
    found = db.execute("SELECT build_id FROM raw.build_basis").fetchone()
    db.execute("DELETE FROM raw.build_basis")
    return found[0] if found else None


def finish_build(db: duckdb.DuckDBPyConnection, basis: str, build_id: str, follows: str | None) -> None:
    """The build passed: all that was noted is in the tables."""
    db.execute("BEGIN")
    db.execute("DELETE FROM raw.changed_records")
    db.execute("INSERT INTO raw.build_basis VALUES ($basis, $build, $follows)", {
        "basis": basis, "build": build_id, "follows": follows,
    })  # fmt: skip
    db.execute("COMMIT")


def followed_build(db: duckdb.DuckDBPyConnection, raw: str = "raw") -> str | None:
    """The build whose facts the tables hold but for the records that the last build computed; none if it was of all.

    Args:
        db: the build file, or a database to which it is attached.
        raw: the build file's schema of that name, as SQL.
    """
    try:
        found = db.execute(f"SELECT follows FROM {raw}.build_basis").fetchone()  # noqa: S608 - our own name
    except duckdb.CatalogException:
        return None
    return found[0] if found else None
