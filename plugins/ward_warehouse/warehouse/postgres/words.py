"""What PostgreSQL says of its relations, and whom it shows them to: comments as in the file, grants of readers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import duckdb

from ward_warehouse.core.quoting import identifier, literal
from ward_warehouse.warehouse.comments import comments_of, texts_of_builds
from ward_warehouse.warehouse.postgres.session import READER
from ward_warehouse.warehouse.postgres.shapes import Name, published_relations, qualified
from ward_warehouse.warehouse.publish import PUBLIC_SCHEMAS

if TYPE_CHECKING:
    from ward_warehouse.warehouse.postgres.session import Session

Comments = dict[tuple[str, str, str], str]
"""By schema, relation and column; the column of a relation's own comment is empty."""


def comments_of_build(db: duckdb.DuckDBPyConnection) -> Comments:
    """What an open build says of its public relations and their columns."""
    (database,) = db.execute("SELECT current_database()").fetchall()[0]
    found = comments_of(db, str(database), PUBLIC_SCHEMAS)
    of_builds = texts_of_builds(db, "raw.build_results").items()
    return {
        **{(schema, relation, column): text for _, schema, relation, column, text in found},
        **{("audit", "build_results", column): text for column, text in of_builds},
    }


def say(session: Session, comments: Comments) -> None:
    """Gives relations and columns the comments that they do not have yet."""
    known = _known(session)
    kinds = {name: kind for name, (kind, _) in published_relations(session).items()}
    for (schema, relation, column), text in comments.items():
        if known.get((schema, relation, column)) == text or (schema, relation) not in kinds:
            continue
        kind = "VIEW" if kinds[schema, relation] == "v" else "TABLE"
        of_column = f"COLUMN {qualified((schema, relation))}.{identifier(column)}"
        what = of_column if column else f"{kind} {qualified((schema, relation))}"
        session.execute(f"COMMENT ON {what} IS {literal(text)}")


def _known(session: Session) -> Comments:
    found = session.execute(
        "SELECT n.nspname, c.relname, coalesce(a.attname, ''), d.description FROM pg_description d "
        "JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0 "
        "WHERE n.nspname = ANY(%s)",
        [list(PUBLIC_SCHEMAS)],
    )
    return {(schema, relation, column): text for schema, relation, column, text in found}


def show_readers(session: Session, shown: Collection[Name]) -> None:
    """Lets the role of readers read these relations and no other of the warehouse."""
    granted: Mapping[Name, bool] = {
        (schema, name): granted
        for schema, name, granted in session.execute(
            "SELECT n.nspname, c.relname, has_table_privilege(%s, c.oid, 'SELECT') FROM pg_class c "
            "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'v') "
            "AND pg_get_userbyid(c.relowner) = current_user",
            [READER, list(PUBLIC_SCHEMAS)],
        )
    }
    for name, has in granted.items():
        if has != (name in shown):
            verb, preposition = ("REVOKE", "FROM") if has else ("GRANT", "TO")
            session.execute(f"{verb} SELECT ON {qualified(name)} {preposition} {identifier(READER)}")
