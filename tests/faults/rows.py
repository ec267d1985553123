"""The rows of a warehouse that two runs of the same night must have in common."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

Rows = dict[str, list[tuple[Any, ...]]]

RUN_IDS = ("outcome_id", "run_id", "fingerprint", "manifest_id", "build_id")
CLOCK_TIMES = ("started_at", "finished_at", "duration_s", "committed_at", "quarantined_at", "built_at", "seconds")
LEFT_OUT = (*RUN_IDS, *CLOCK_TIMES)
"""Columns that say which run it was and when it ran, and nothing of the records."""

JOURNALS = {"load_outcomes": "run_id", "build_results": "build_id"}
"""Relations that keep a row of every attempt; those of the last run (the greatest id) are compared."""

MESSAGES = {"build_results": ("message",), "reporting_completeness": ("last_error",)}
"""What was said of an attempt: with times in it, or of one that failed before the one that counts."""

PASSED = {"build_results": "(status IN ('success', 'pass') OR node = 'assert_dossier_code_once_in_a_ward')"}
"""What is not compared: a build of what changed makes fewer nodes than one of everything, and warns of the codes that
it computed alone; both are right."""

BOOKS = ("ledger", "changed_records", "build_basis")
"""The load's own books of what it has seen and what the next build has to compute; what comes of it is compared."""


def rows_of(file: Path, schemas: tuple[str, ...] = ("marts", "audit")) -> Rows:
    """Every relation of the schemas with its rows in order, less what differs between two runs of one night."""
    with duckdb.connect(str(file), read_only=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        found = db.execute(
            "SELECT table_schema, table_name FROM information_schema.tables "
            # What indicator_evidence is made of is in it.
            "WHERE list_contains($schemas, table_schema) AND NOT starts_with(table_name, 'indicator_evidence__') "
            "ORDER BY ALL",
            {"schemas": list(schemas)},
        ).fetchall()
        return {f"{schema}.{name}": _rows(db, schema, name) for schema, name in found if name not in BOOKS}


def _rows(db: duckdb.DuckDBPyConnection, schema: str, name: str) -> list[tuple[Any, ...]]:
    relation = f'"{schema}"."{name}"'
    columns = [c for (c, *_) in db.execute(f"DESCRIBE {relation}").fetchall()]
    kept = [c for c in columns if c not in LEFT_OUT and c not in MESSAGES.get(name, ())]
    run = JOURNALS.get(name)
    last = f'WHERE "{run}" = (SELECT max("{run}") FROM {relation})' if run else "WHERE true"  # noqa: S608 - the file's own names
    passed = f"AND NOT ({PASSED[name]})" if name in PASSED else ""
    names = ", ".join(f'"{column}"' for column in kept)
    return db.execute(f"SELECT {names} FROM {relation} {last} {passed} ORDER BY ALL").fetchall()  # noqa: S608 - the same


def differences(found: Rows, expected: Rows) -> list[str]:
    """One line for each relation that is not the same."""
    lines = []
    for name in sorted({*found, *expected}):
        ours, theirs = found.get(name), expected.get(name)
        if ours is None or theirs is None:
            lines.append(f"{name}: {'absent' if ours is None else 'not expected'}")
        elif ours != theirs:
            extra = [row for row in ours if row not in theirs][:2]
            absent = [row for row in theirs if row not in ours][:2]
            lines.append(f"{name}: {len(ours)} rows, expected {len(theirs)}; for example {extra} instead of {absent}")
    return lines
