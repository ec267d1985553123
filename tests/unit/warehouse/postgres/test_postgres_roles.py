"""What each role of the warehouse's PostgreSQL may not."""

from __future__ import annotations

import psycopg
import pytest

from tests.support.database_servers import Server
from tests.support.serving import LOADER, Database, first_build, make_database
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.postgres.publish import publish


@pytest.fixture(scope="module")
def served(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """One database for all who only read or are refused."""
    database = make_database(postgres_server, "warehouse_of_roles")
    publish(first_build(tmp_path_factory.mktemp("roles")), database.connection)
    database.execute("CREATE SCHEMA other", "CREATE TABLE other.secret AS SELECT 1 AS x")
    return database


WRITES = [
    "INSERT INTO marts.figures VALUES ('x', 1, now())",
    "UPDATE marts.figures SET value = 2",
    "DELETE FROM marts.figures",
    "TRUNCATE marts.figures",
    "DROP VIEW analyst.figures_named",
    "ALTER TABLE marts.figures ADD COLUMN x int",
    "CREATE TABLE marts.mine (x int)",
    "CREATE TABLE analyst.mine (x int)",
    "CREATE TABLE public.mine (x int)",
    "CREATE TEMP TABLE mine (x int)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "SET ROLE ward_warehouse_owner",
    "SET ROLE ward_warehouse_loader",
    "SELECT * FROM pg_authid",
    "SELECT * FROM other.secret",
    "COPY marts.figures TO '/tmp/figures'",
]
READ_BY_ANALYSTS_ONLY = [
    "SELECT * FROM marts.fct_dossiers",
    "SELECT * FROM audit.quarantine",
    "SELECT * FROM audit.build_results",
]


@pytest.mark.parametrize("login", ["lan", "minh"])
@pytest.mark.parametrize("statement", WRITES)
def test_who_reads_may_do_nothing_else(served: Database, login: str, statement: str) -> None:
    """Not even in a session that takes the read-only transactions off."""
    with served.session(login) as session:
        with pytest.raises((psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.InsufficientPrivilege)):
            session.execute(statement)
        session.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)


@pytest.mark.parametrize("login", ["lan", "minh"])
def test_who_reads_is_stopped_after_a_minute(served: Database, login: str) -> None:
    with served.session(login) as session:
        assert session.execute("SHOW statement_timeout").fetchone() == ("1min",)
        assert session.execute("SHOW transaction_read_only").fetchone() == ("on",)


def test_an_analyst_reads_the_three_schemas(served: Database) -> None:
    for statement in (*READ_BY_ANALYSTS_ONLY, "SELECT * FROM analyst.figures_named", "SELECT * FROM audit.published"):
        assert served.query(statement, "lan")


@pytest.mark.parametrize("statement", READ_BY_ANALYSTS_ONLY)
def test_a_reader_reads_no_record(served: Database, statement: str) -> None:
    with served.session("minh") as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(statement)


def test_a_reader_reads_what_the_project_lists(served: Database) -> None:
    for statement in ("TABLE marts.figures", "TABLE analyst.figures_named", "SELECT build_id FROM audit.published"):
        assert served.query(statement, "minh")


def test_what_the_project_no_longer_lists_is_taken_from_readers(settings: Settings, database: Database) -> None:
    publish(settings, database.connection)
    file = settings.dbt_project_dir / "dbt_project.yml"
    file.write_text(file.read_text(encoding="utf-8").replace("marts.figures, ", ""), encoding="utf-8")
    database.execute("GRANT SELECT ON marts.fct_dossiers TO ward_warehouse_reader")
    publish(settings, database.connection)
    for relation in ("marts.figures", "marts.fct_dossiers"):
        with database.session("minh") as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(f"TABLE {relation}")
    assert database.query("TABLE analyst.figures_named", "minh")


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE marts.figures",
        "DELETE FROM marts.figures",
        "CREATE TABLE marts.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "ALTER ROLE ward_warehouse_owner LOGIN",
        "SELECT * FROM pg_authid",
        "TABLE other.secret",
        "COPY (SELECT 1) TO PROGRAM 'true'",
    ],
)
def test_the_loader_may_nothing_in_its_own_name(served: Database, statement: str) -> None:
    with served.session(LOADER) as session:
        session.execute("SET default_transaction_read_only = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)


@pytest.mark.parametrize(
    "statement", ["CREATE SCHEMA mine", "CREATE ROLE mine", "TABLE other.secret", "DROP SCHEMA other"]
)
def test_as_the_owner_the_loader_may_nothing_outside_of_the_warehouse(served: Database, statement: str) -> None:
    with served.session(LOADER) as session:
        session.execute("SET default_transaction_read_only = off")
        session.execute("SET ROLE ward_warehouse_owner")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(statement)


def test_nobody_logs_in_as_the_owner(served: Database) -> None:
    assert served.query("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'ward_warehouse_owner'") == [(False,)]


def test_who_is_no_member_does_not_enter(served: Database) -> None:
    served.execute("DROP ROLE IF EXISTS stranger", "CREATE ROLE stranger LOGIN PASSWORD 'a-password:of/the@ward%41'")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"), served.session("stranger"):
        pass
