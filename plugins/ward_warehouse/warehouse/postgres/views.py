"""The build's views as views of PostgreSQL: their text is translated, so that they show what its tables hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING

import duckdb

from ward_warehouse.core.errors import BuildError
from ward_warehouse.warehouse.postgres.shapes import Name, published_relations, qualified
from ward_warehouse.warehouse.publish import PUBLIC_SCHEMAS

if TYPE_CHECKING:
    from sqlglot import exp

    from ward_warehouse.warehouse.postgres.session import Session


def views_of(db: duckdb.DuckDBPyConnection) -> dict[Name, str]:
    """The public views of an open build, with the statements that make them in DuckDB."""
    found = db.execute(
        "SELECT schema_name, view_name, sql FROM duckdb_views() WHERE database_name = current_database() "
        "AND list_contains($schemas, schema_name) ORDER BY ALL",
        {"schemas": list(PUBLIC_SCHEMAS)},
    ).fetchall()
    return {(schema, name): sql for schema, name, sql in found}


def digest_of(views: Mapping[Name, str]) -> str:
    """What tells views from others: the same texts have the same digest."""
    return hashlib.sha256(repr(sorted(views.items())).encode()).hexdigest()


def make_views(session: Session, views: Mapping[Name, str]) -> None:
    """Makes the views, each after those that it reads.

    A view whose columns are the same stays what it is to its readers; one whose columns changed is made anew, and what
    hangs on it goes.

    Raises:
        BuildError: a view's text cannot be translated, or PostgreSQL does not take it.
    """
    translated = {name: _translated(name, sql) for name, sql in views.items()}
    reads = {name: _reads(body) & views.keys() for name, body in translated.items()}
    for name in TopologicalSorter(reads).static_order():
        _make_view(session, name, translated[name].sql("postgres"))


def views_stand(session: Session, views: Mapping[Name, str]) -> bool:
    """Whether PostgreSQL has all of the views, whatever their texts."""
    found = published_relations(session)
    return all(name in found for name in views)


def _translated(name: Name, sql: str) -> exp.Expression:
    import sqlglot
    from sqlglot import exp

    try:
        body = sqlglot.parse_one(sql, read="duckdb").expression
    except sqlglot.ParseError as error:
        reason = str(error).splitlines()[0][:200]
        raise BuildError(f"publish: the view {'.'.join(name)} cannot be translated for PostgreSQL: {reason}") from None
    if not isinstance(body, exp.Expression):
        raise BuildError(f"publish: the view {'.'.join(name)} has no query that could be translated for PostgreSQL")
    return body.transform(_without_main)


def _without_main(node: exp.Expression) -> exp.Expression:
    """DuckDB names its own functions with the schema that it has them in; PostgreSQL finds its own by itself."""
    from sqlglot import exp

    if isinstance(node, exp.Dot) and node.this.name == "main":
        function: exp.Expression = node.expression
        return function
    return node


def _reads(body: exp.Expression) -> set[Name]:
    from sqlglot import exp

    return {(table.db, table.name) for table in body.find_all(exp.Table)}


def _make_view(session: Session, name: Name, query: str) -> None:
    import psycopg

    try:
        try:
            with session.transaction():
                session.execute(f"CREATE OR REPLACE VIEW {qualified(name)} AS {query}")
        except psycopg.errors.InvalidTableDefinition:
            with session.transaction():
                session.execute(f"DROP VIEW {qualified(name)} CASCADE")
                session.execute(f"CREATE VIEW {qualified(name)} AS {query}")
    except psycopg.errors.ProgrammingError as error:
        raise BuildError(
            f"publish: PostgreSQL does not take the view {'.'.join(name)}: {error.diag.message_primary}; it shows the "
            "build that it showed before: mend the view's model"
        ) from None
