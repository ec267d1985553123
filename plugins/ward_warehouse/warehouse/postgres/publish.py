"""Publishing to PostgreSQL: an audited build in one transaction, or nothing of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import identifier
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.facts import Fact, read_facts, read_for_readers
from ward_warehouse.warehouse.changes import followed_build
from ward_warehouse.warehouse.postgres.rows import replace_computed, replace_rows
from ward_warehouse.warehouse.postgres.session import open_session
from ward_warehouse.warehouse.postgres.shapes import (
    PUBLISHED,
    Name,
    Reshaped,
    Table,
    published_relations,
    qualified,
    reshape,
    tables_of,
    views_of_others,
)
from ward_warehouse.warehouse.postgres.views import digest_of, make_views, views_of, views_stand
from ward_warehouse.warehouse.postgres.words import comments_of_build, say, show_readers
from ward_warehouse.warehouse.publish import audited_marker

if TYPE_CHECKING:
    from ward_warehouse.warehouse.postgres.session import Session

ALONE = 7_662_018
"""The advisory lock of a publish, in the warehouse's database."""

COMMENTS = {
    ("audit", "published", ""): "Bản dựng mà cơ sở dữ liệu này đang hiển thị / The build that this database shows",
    ("audit", "published", "build_id"): "Mã bản dựng / The build's id, as in audit.build_results",
    ("audit", "published", "at"): "Thời điểm công bố / When it was published",
    ("audit", "published", "views"): "Dấu vết định nghĩa các view / Digest of the texts that the views were made from",
}


@dataclass(frozen=True)
class Served:
    """What a publish to PostgreSQL did.

    Attributes:
        build_id: the build that it shows now.
        rows: rows of each table.
        computed: facts of which it replaced only what the build computed.
        altered: tables whose columns changed, and that are empty to who still reads what was published before.
        lost: views of others that hung on what changed, with their owners: they have to be made again.
    """

    build_id: str
    rows: Mapping[str, int]
    computed: Collection[str]
    altered: Collection[str]
    lost: Collection[str]

    def __str__(self) -> str:
        line = f"PostgreSQL shows build {self.build_id}: {len(self.rows)} tables, {sum(self.rows.values()):,} rows"
        return f"{line}; of {', '.join(self.computed)} what changed" if self.computed else line

    @property
    def warnings(self) -> list[str]:
        """What somebody has to do about it."""
        if not self.lost:
            return []
        changed = f"columns of {', '.join(self.altered)} changed" if self.altered else "views or tables were made anew"
        return [
            f"PostgreSQL: {changed}; gone with what they read: {', '.join(self.lost)}; their owners make them again"
        ]


def publish(settings: Settings, connection: Connection) -> Served:
    """Publishes the build file's public schemas to PostgreSQL.

    Args:
        settings: where the build and the dbt project are.
        connection: the way into the database, as the role that loads.

    Raises:
        BuildError: there is no audited build, or PostgreSQL cannot take it; it shows what it showed before.
    """
    with _audited(settings) as (db, build_id), open_session(connection) as session:
        project = settings.dbt_project_dir
        with session.transaction():
            session.execute("SELECT pg_advisory_xact_lock(%s)", [ALONE])
            served = _publish(db, session, build_id, read_facts(project), read_for_readers(project))
        # Outside of the transaction: rows are there for readers, and a plan of yesterday serves until this is done. A
        # sample of 9,000 rows tells the few values of these columns as well as one of 30,000, in a third of the time.
        session.execute("SET default_statistics_target = 30")
        for name, (kind, _) in published_relations(session).items():
            # Where only keys changed, the server's own autovacuum sees to it once they are many.
            if kind == "r" and ".".join(name) not in served.computed:
                session.execute(f"ANALYZE {qualified(name)}")
    return served


@contextmanager
def _audited(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """The build, held open so that no other build can begin, and its id."""
    nothing = "publish: there is no build that passed its audit; run `ward-warehouse build` first"
    if not settings.build_file.is_file():
        raise BuildError(nothing)
    try:
        # PostgreSQL reads more slowly than one thread writes, and a second one would spend its time waiting.
        with duckdb.connect(
            str(settings.build_file), read_only=True, config={"threads": 1, "memory_limit": settings.build_memory}
        ) as db:
            try:
                build_id = audited_marker(settings.build_file).read_text(encoding="utf-8")
            except FileNotFoundError:
                raise BuildError(nothing) from None
            yield db, build_id
    except duckdb.Error as error:
        raise BuildError(
            f"publish: {' '.join(str(error).split())[:300]}; PostgreSQL shows the build that it showed before"
        ) from None


def _publish(
    db: duckdb.DuckDBPyConnection, session: Session, build_id: str, facts: Mapping[str, Fact], shown: Collection[Name]
) -> Served:
    tables, views = tables_of(db), views_of(db)
    session.execute(
        f"CREATE TABLE IF NOT EXISTS {qualified(PUBLISHED)} "
        "(build_id text NOT NULL, at timestamp with time zone NOT NULL, views text)"
    )
    before, digest = session.execute(f"SELECT build_id, views FROM {qualified(PUBLISHED)}").fetchone() or (None, None)  # noqa: S608
    others = views_of_others(session)
    reshaped = reshape(session, tables, views.keys())
    # A fact that was published by this build or by the one that it follows lacks only what this build computed.
    follows = before is not None and before in (build_id, followed_build(db))
    rows, computed = _load(db, session, tables, facts, reshaped, follows=follows)
    for table in tables:
        if table.name[1] in facts:
            _index(session, table.name, facts[table.name[1]].key)
    if digest != digest_of(views) or not views_stand(session, views):
        make_views(session, views)
    say(session, {**comments_of_build(db), **COMMENTS})
    show_readers(session, {*shown, PUBLISHED})
    session.execute(f"DELETE FROM {qualified(PUBLISHED)}")  # noqa: S608 - our own name, as below
    session.execute(f"INSERT INTO {qualified(PUBLISHED)} VALUES (%s, now(), %s)", [build_id, digest_of(views)])  # noqa: S608
    lost = others - views_of_others(session)
    return Served(build_id, rows, computed, sorted(map(".".join, reshaped.altered)), sorted(lost))


def _load(
    db: duckdb.DuckDBPyConnection,
    session: Session,
    tables: Collection[Table],
    facts: Mapping[str, Fact],
    reshaped: Reshaped,
    *,
    follows: bool,
) -> tuple[dict[str, int], list[str]]:
    """Loads the tables; gives their rows, and which of `facts` were brought up to date by their keys alone."""
    rows: dict[str, int] = {}
    computed = []
    for table in tables:
        name = ".".join(table.name)
        fact = facts.get(table.name[1])
        stands = follows and table.name not in (*reshaped.made, *reshaped.altered)
        found = replace_computed(db, session, table, fact) if fact and fact.computed and stands else None
        if found is not None:
            computed.append(name)
        rows[name] = replace_rows(db, session, table, fact.key if fact else "") if found is None else found
    return rows, computed


def _index(session: Session, name: Name, key: str) -> None:
    """The key of a fact: a night deletes by it, and readers look records up."""
    index = identifier(f"{name[1]}__{key}")
    session.execute(f"CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {qualified(name)} ({identifier(key)})")
