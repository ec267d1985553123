"""What the relations of a build look like, and how those of PostgreSQL are brought into the same shape."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier
from ward_warehouse.warehouse.publish import PUBLIC_SCHEMAS

if TYPE_CHECKING:
    from ward_warehouse.warehouse.postgres.session import Session

Name = tuple[str, str]
"""Schema and name of a relation."""

TYPES = {
    "VARCHAR": "text",
    "BOOLEAN": "boolean",
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "HUGEINT": "numeric",
    "FLOAT": "real",
    "DOUBLE": "double precision",
    "DATE": "date",
    "TIME": "time without time zone",
    "TIMESTAMP": "timestamp without time zone",
    "TIMESTAMP WITH TIME ZONE": "timestamp with time zone",
    "UUID": "uuid",
}
"""DuckDB's types and PostgreSQL's, as its catalogue spells them."""

PUBLISHED: Name = ("audit", "published")
"""The table that says which build PostgreSQL shows; it has one row."""


def qualified(name: Name) -> str:
    """A relation's name as SQL writes it."""
    return ".".join(map(identifier, name))


@dataclass(frozen=True)
class Table:
    """A table of the build: its public name, its columns with PostgreSQL's types, and where its rows stand."""

    name: Name
    columns: Mapping[str, str]
    source: str


@dataclass(frozen=True)
class Reshaped:
    """What became of the relations of PostgreSQL before the rows were loaded: tables that came, and that changed."""

    made: Collection[Name]
    altered: Collection[Name]


def tables_of(db: duckdb.DuckDBPyConnection) -> list[Table]:
    """The public tables of an open build, and the results of its builds.

    Raises:
        BuildError: a column has a type that PostgreSQL is not given.
    """
    found: dict[Name, dict[str, str]] = {}
    for schema, table, column, data_type in db.execute(
        "SELECT schema_name, table_name, column_name, data_type FROM duckdb_columns() "
        "JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
        "WHERE database_name = current_database() AND (list_contains($schemas, schema_name) "
        "OR (schema_name = 'raw' AND table_name = 'build_results')) ORDER BY schema_name, table_name, column_index",
        {"schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall():
        found.setdefault((schema, table), {})[column] = _type_of(schema, table, column, data_type)
    return [
        Table(("audit", name[1]) if name[0] == "raw" else name, columns, qualified(name))
        for name, columns in found.items()
    ]


def _type_of(schema: str, table: str, column: str, data_type: str) -> str:
    if decimal := re.fullmatch(r"DECIMAL(\(\d+,\d+\))", data_type):
        return f"numeric{decimal[1]}"
    if data_type not in TYPES:
        raise BuildError(
            f"publish: {schema}.{table}, column {column}: found type {data_type}, which PostgreSQL is not given; "
            f"expected one of {', '.join(TYPES)} or DECIMAL: change the model"
        )
    return TYPES[data_type]


def published_relations(session: Session) -> dict[Name, tuple[str, dict[str, str]]]:
    """What the owner has in the public schemas: `r` (table) or `v` (view), and the types of the columns."""
    found: dict[Name, tuple[str, dict[str, str]]] = {}
    for schema, name, kind, column, data_type in session.execute(
        "SELECT n.nspname, c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
        "WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'v') AND pg_get_userbyid(c.relowner) = current_user "
        "ORDER BY c.oid, a.attnum",
        [list(PUBLIC_SCHEMAS)],
    ):
        columns = found.setdefault((schema, name), (kind, {}))[1]
        if column is not None:
            columns[column] = data_type
    return found


def reshape(session: Session, tables: Collection[Table], views: Collection[Name]) -> Reshaped:
    """Makes, alters and drops tables until PostgreSQL has those of the build; views stay where that is possible.

    A column whose type changes goes and comes back empty: rewriting a table would show its readers no rows. What hangs
    on a column or table that goes, goes with it.
    """
    found = published_relations(session)
    wanted = {table.name for table in tables}
    for name, (kind, _) in found.items():
        other_kind = (kind == "v" and name in wanted) or (kind == "r" and name in views)
        if other_kind or name not in {*wanted, *views, PUBLISHED}:
            session.execute(f"DROP {'VIEW' if kind == 'v' else 'TABLE'} IF EXISTS {qualified(name)} CASCADE")
    made, altered = [], []
    for table in tables:
        kind, columns = found.get(table.name, ("", {}))
        if kind != "r":
            defined = ", ".join(f"{identifier(column)} {data_type}" for column, data_type in table.columns.items())
            session.execute(f"CREATE TABLE {qualified(table.name)} ({defined})")
            made.append(table.name)
        elif parts := _alterations(columns, table.columns):
            session.execute(f"ALTER TABLE {qualified(table.name)} {', '.join(parts)}")
            altered.append(table.name)
    return Reshaped(made, altered)


def _alterations(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    gone = [column for column, data_type in found.items() if wanted.get(column) != data_type]
    fresh = [column for column, data_type in wanted.items() if found.get(column) != data_type]
    return [
        *(f"DROP COLUMN {identifier(column)} CASCADE" for column in gone),
        *(f"ADD COLUMN {identifier(column)} {wanted[column]}" for column in fresh),
    ]


def views_of_others(session: Session) -> set[str]:
    """Views of the database that are not the publisher's own, with their owners."""
    found = session.execute(
        "SELECT c.oid::regclass::text || ' of ' || pg_get_userbyid(c.relowner) FROM pg_class c "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') "
        "AND pg_get_userbyid(c.relowner) <> current_user "
        "AND n.nspname <> ALL(ARRAY['pg_catalog', 'information_schema'])"
    )
    return {str(name) for (name,) in found}
