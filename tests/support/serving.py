"""A PostgreSQL database that serves a warehouse, with the project's own roles, and small builds to publish to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import psycopg

from tests.support.database_servers import LOGIN, PASSWORD, Server
from tests.support.district import ROOT
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.publish import mark_audited

SCRIPT = (ROOT / "scripts" / "postgres_roles.sql").read_text(encoding="utf-8")
LOADER = "ward_warehouse_loader"
PEOPLE = {"lan": "ward_warehouse_analyst", "minh": "ward_warehouse_reader"}
"""Logins of an analyst and of a reader, and the role that each is a member of."""

Session = psycopg.Connection[Any]


@dataclass(frozen=True)
class Database:
    """A database of a test's own."""

    server: Server
    name: str

    @property
    def connection(self) -> Connection:
        """The publisher's way in."""
        return self.server.connection(id="pg", schema=self.name, login=LOADER)

    @contextmanager
    def session(self, login: str = LOGIN, **options: Any) -> Iterator[Session]:
        """A session of somebody; without a name of the superuser, who may write."""
        port = self.server.port
        with psycopg.connect(
            host="127.0.0.1", port=port, user=login, password=PASSWORD, dbname=self.name, autocommit=True, **options
        ) as session:
            if login == LOGIN:
                session.execute("SET default_transaction_read_only = off")
                session.execute("SET statement_timeout = 0")
            session.execute("SET TimeZone = 'UTC'")
            yield session

    def query(self, statement: str, login: str = LOGIN) -> list[tuple[Any, ...]]:
        with self.session(login) as session:
            return session.execute(statement).fetchall()

    def execute(self, *statements: str) -> None:
        """Runs statements as the superuser."""
        with self.session() as session:
            for statement in statements:
                session.execute(statement)


def make_database(server: Server, name: str) -> Database:
    """A database in which the roles script was run, and logins of the loader and of people."""
    with psycopg.connect(
        host="127.0.0.1", port=server.port, user=LOGIN, password=PASSWORD, dbname="ward", autocommit=True
    ) as session:
        session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        session.execute(f"CREATE DATABASE {name}")
    made = Database(server, name)
    with made.session() as session:
        session.execute(SCRIPT)
    made.execute(
        f"ALTER ROLE {LOADER} PASSWORD '{PASSWORD}'",
        *(
            f"DO $$ BEGIN CREATE ROLE {login} LOGIN PASSWORD '{PASSWORD}' IN ROLE {role}; "
            "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
            for login, role in PEOPLE.items()
        ),
    )
    return made


def build(settings: Settings, build_id: str, *statements: str, follows: str | None = None) -> None:
    """Makes a build file that passed its audit: tables and views of the statements, on what an earlier call made."""
    settings.build_file.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(settings.build_file)) as db:
        for schema in ("raw", "intermediate", "marts", "audit", "analyst"):
            db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for statement in statements:
            db.execute(statement)
        db.execute("CREATE OR REPLACE TABLE raw.build_results AS SELECT $build AS build_id", {"build": build_id})
        db.execute(
            "CREATE OR REPLACE TABLE raw.build_basis AS SELECT $build AS build_id, $follows::VARCHAR AS follows",
            {"build": build_id, "follows": follows},
        )
    mark_audited(settings.build_file, build_id)


def project(folder: Path, variables: str) -> Path:
    """A dbt project's file with the variables that publishing reads."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "dbt_project.yml").write_text(f"name: small\nvars:\n{variables}", encoding="utf-8")
    return folder


VARIABLES = """
  facts:
    fct_dossiers: {record_kind: dossiers, key: dossier_key, computed: int_dossiers__changed}
  for_readers: [marts.figures, analyst.figures_named]
"""
FIRST = (
    "CREATE OR REPLACE TABLE marts.fct_dossiers (dossier_key VARCHAR, value VARCHAR)",
    "INSERT INTO marts.fct_dossiers VALUES ('1', 'a'), ('2', 'a'), ('3', 'a')",
    "CREATE OR REPLACE TABLE intermediate.int_dossiers__changed AS SELECT dossier_key FROM marts.fct_dossiers",
    "CREATE OR REPLACE TABLE marts.figures AS SELECT 'w1' AS ward_key, 1::DOUBLE AS value, DATE '2018-11-01' AS day",
    "CREATE OR REPLACE TABLE audit.quarantine AS SELECT 'q' AS quarantine_key",
    "CREATE OR REPLACE VIEW analyst.figures_named AS SELECT *, extract(month FROM day) AS month FROM marts.figures",
)


def first_build(folder: Path) -> Settings:
    """The settings of a small warehouse whose first build passed its audit."""
    made = Settings(home=folder / "home", dbt_project_dir=project(folder / "project", VARIABLES))
    build(made, "b1", *FIRST)
    return made
