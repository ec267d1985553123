"""What relations and columns mean, kept inside the file: `CREATE TABLE AS` and a view's text leave it behind."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from ward_warehouse.core.quoting import identifier, literal

OF_BUILDS = {
    "": "Kết quả của từng mô hình và kiểm tra trong mỗi lần dựng / What became of each model and test of a build",
    "build_id": "Mã lần dựng / The build",
    "built_at": "Lúc dựng xong / When the build ended",
    "node": "Tên mô hình hoặc kiểm tra / The model or test",
    "node_kind": "Loại: mô hình, kiểm tra, bảng nạp sẵn / What it is: model, test, seed",
    "status": "Kết quả của dbt / What dbt says became of it",
    "failures": "Số dòng không đạt của kiểm tra / Rows that a test refuses",
    "seconds": "Số giây / Seconds that it took",
    "message": "Lời báo của dbt / What dbt says of it",
}
"""What `audit.build_results` means, by column; the table's own text has none. No model of dbt makes it."""


def say_of_builds(db: duckdb.DuckDBPyConnection) -> None:
    """Gives `audit.build_results` of an open file its comments."""
    for column, text in texts_of_builds(db, "audit.build_results").items():
        what = f"COLUMN audit.build_results.{identifier(column)}" if column else "TABLE audit.build_results"
        db.execute(f"COMMENT ON {what} IS {literal(text)}")


def texts_of_builds(db: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Of a table with the results of builds, as a file has it, the texts by column; the table's own text has none."""
    described = {str(row[0]) for row in db.execute(f"DESCRIBE {table}").fetchall()}
    return {column: text for column, text in OF_BUILDS.items() if not column or column in described}


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
