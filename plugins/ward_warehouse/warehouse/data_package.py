"""Files of tables described for programs: `datapackage.json` as the Data Package standard (datapackage.org) has it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from ward_warehouse.core.quoting import identifier

DESCRIPTOR = "datapackage.json"
TYPES = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "FLOAT": "number",
    "DOUBLE": "number",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER",
                     "UBIGINT"), "integer"),
}  # fmt: skip
"""DuckDB's types in the standard's words."""
MEDIA = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}

Package = dict[str, Any]


def fields_of_tables(db: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], list[Package]]:
    """The columns of each table of the file by its schema and name, as `fields_of` gives them of one.

    To ask for one table takes DuckDB as long as to ask for all.
    """
    found: dict[tuple[str, str], list[Package]] = {}
    for schema, table, name, type_, comment in db.execute(
        "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = current_database() ORDER BY schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault((schema, table), []).append(_field(str(name), str(type_), comment))
    return found


def fields_of(db: duckdb.DuckDBPyConnection, schema: str, relation: str) -> list[Package]:
    """The columns of a table or view: name, type, and as description the comment that the file has of each."""
    comments = dict(
        db.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = current_database() "
            "AND schema_name = $schema AND table_name = $relation AND comment IS NOT NULL",
            {"schema": schema, "relation": relation},
        ).fetchall()
    )
    found = db.execute(f"DESCRIBE {schema}.{identifier(relation)}").fetchall()
    return [_field(str(name), str(type_), comments.get(name)) for name, type_, *_ in found]


def _field(name: str, type_: str, comment: str | None) -> Package:
    kind = "number" if type_.startswith("DECIMAL") else "array" if type_.endswith("[]") else TYPES.get(type_, "any")
    return {"name": name, "type": kind, **({"description": comment} if comment else {})}


def resource(name: str, folder: Path, path: str, fields: Sequence[Package], **more: Any) -> Package:
    """A file of the package.

    Args:
        name: what it is called in the package; small letters, digits and `._-/`.
        folder: where the package is.
        path: the file in it, a Parquet or CSV file by its suffix.
        fields: of its columns, as `fields_of` gives them.
        more: further properties of it.

    Raises:
        OSError: the file cannot be read.
    """
    format_ = Path(path).suffix.removeprefix(".")
    return {
        "name": name,
        "type": "table",
        "path": path,
        "scheme": "file",
        "format": format_,
        "mediatype": MEDIA[format_],
        # Of a Parquet file frictionless, the standard's own tool, counts no bytes: it takes it for another one.
        **({"encoding": "utf-8-sig", **_seal(folder / path)} if format_ == "csv" else {}),
        "schema": {"fields": list(fields)},
        **more,
    }


def _seal(file: Path) -> Package:
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return {"bytes": file.stat().st_size, "hash": f"sha256:{digest}"}


def write_package(
    folder: Path, name: str, title: str, created: datetime, resources: Sequence[Package], **more: Any
) -> None:
    """Writes the descriptor of a folder's files.

    Args:
        folder: where they are.
        name: of the package; small letters, digits and `._-/`.
        title: for people.
        created: when what is in it was made.
        resources: as `resource` gives them.
        more: further properties of the package.

    Raises:
        OSError: it cannot be written.
    """
    package = {"name": name, "title": title, "created": created.isoformat(), **more, "resources": list(resources)}
    (folder / DESCRIPTOR).write_text(json.dumps(package, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_resources(folder: Path) -> dict[str, Package]:
    """The files of a package by their path; none where there is no descriptor that can be read."""
    try:
        found = json.loads((folder / DESCRIPTOR).read_text("utf-8"))
        return {str(one["path"]): one for one in found["resources"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
