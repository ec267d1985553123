"""What relations and columns mean, kept inside the file: `CREATE TABLE AS` and a view's text leave it behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from ward_warehouse.core.quoting import identifier, literal


def copy_comments(db: duckdb.DuckDBPyConnection, source: str, target: str, schemas: Sequence[str]) -> int:
    """Gives the relations and columns of `target` the comments that those of `source` have; gives how many.

    Args:
        db: a connection to which both databases are attached.
        source: name of the database that was built.
        target: name of the database that is published; it has the same relations.
        schemas: the schemas to look at.
    """
    statements = list(_comment_statements(db, source, target, schemas))
    # One transaction: each statement by itself would be written to the log and synced.
    db.begin()
    for statement in statements:
        db.execute(statement)
    db.commit()
    return len(statements)


def _comment_statements(
    db: duckdb.DuckDBPyConnection, source: str, target: str, schemas: Sequence[str]
) -> Iterator[str]:
    of_source = {"source": source, "schemas": list(schemas)}
    relations = db.execute(
        "SELECT 'TABLE', schema_name, table_name, comment FROM duckdb_tables() "
        "WHERE database_name = $source AND list_contains($schemas, schema_name) AND comment IS NOT NULL "
        "UNION ALL SELECT 'VIEW', schema_name, view_name, comment FROM duckdb_views() "
        "WHERE database_name = $source AND list_contains($schemas, schema_name) AND comment IS NOT NULL",
        of_source,
    ).fetchall()
    for kind, schema, name, text in relations:
        yield f"COMMENT ON {kind} {identifier(target)}.{identifier(schema)}.{identifier(name)} IS {literal(text)}"
    columns = db.execute(
        "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() "
        "WHERE database_name = $source AND list_contains($schemas, schema_name) AND comment IS NOT NULL",
        of_source,
    ).fetchall()
    for schema, relation, column, text in columns:
        place = ".".join(identifier(part) for part in (target, schema, relation, column))
        yield f"COMMENT ON COLUMN {place} IS {literal(text)}"
