"""What relations and columns mean, kept inside the file: `CREATE TABLE AS` and a view's text leave it behind."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ward_warehouse.core.quoting import identifier, literal


def copy_comments(db: duckdb.DuckDBPyConnection, source: str, target: str, schemas: Sequence[str]) -> int:
    """Gives the relations and columns of `target` the comments that those of `source` have; gives how many were others.

    Args:
        db: a connection to which both databases are attached.
        source: name of the database that was built.
        target: name of the database that is published; it has the same relations.
        schemas: the schemas to look at.
    """
    changed = sorted(comments_of(db, source, schemas) - comments_of(db, target, schemas))
    # One transaction: each statement by itself would be written to the log and synced.
    db.begin()
    for kind, *names, text in changed:
        place = ".".join(identifier(name) for name in (target, *names) if name)
        db.execute(f"COMMENT ON {kind} {place} IS {literal(text)}")
    db.commit()
    return len(changed)


def comments_of(
    db: duckdb.DuckDBPyConnection, database: str, schemas: Sequence[str]
) -> set[tuple[str, str, str, str, str]]:
    """Kind (TABLE, VIEW or COLUMN), schema, relation, column (empty for a relation) and text of each comment."""
    kinds = {"TABLE": ("tables", "table_name", "''"), "VIEW": ("views", "view_name", "''"),
             "COLUMN": ("columns", "table_name", "column_name")}  # fmt: skip
    parts = [
        f"SELECT '{kind}', schema_name, {relation}, {column}, comment FROM duckdb_{catalogue}() "  # noqa: S608 - our own
        "WHERE database_name = $database AND list_contains($schemas, schema_name) AND comment IS NOT NULL"
        for kind, (catalogue, relation, column) in kinds.items()
    ]
    return set(db.execute(" UNION ALL ".join(parts), {"database": database, "schemas": list(schemas)}).fetchall())
