"""PostgreSQL shows the demonstration's warehouse as DuckDB's file does, after a whole publish and after a night's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.integration.conftest import FIRST, SECOND, DemoNights
from tests.support.database_servers import PASSWORD, Server
from tests.support.other_programs import by_odbc
from tests.support.postgres_rows import different_rows, relations
from tests.support.serving import Database, Session, make_database
from ward_warehouse.core.settings import Settings
from ward_warehouse.registry.facts import read_facts, read_for_readers
from ward_warehouse.warehouse.postgres.publish import Served, publish
from ward_warehouse.warehouse.publish import mark_audited

OF_ONE_RECORD = {
    "dossier_key", "dossier_code", "source_record_id", "record_key", "response_key", "device_code", "officer_key",
    "quarantine_key", "return_key",
}  # fmt: skip


def night_before(demo: DemoNights, folder: Path) -> Settings:
    """The build of the first night, from what was published of it."""
    settings = demo.settings.model_copy(update={"home": folder})
    settings.build_file.parent.mkdir(parents=True)
    shutil.copy(demo.published[FIRST], settings.build_file)
    settings.build_file.chmod(0o600)
    with duckdb.connect(str(settings.build_file)) as db:
        db.execute("CREATE SCHEMA raw")
        db.execute("CREATE TABLE raw.build_results AS FROM audit.build_results")
        db.execute("DROP TABLE audit.build_results")
        (build_id,) = db.execute("SELECT max(build_id) FROM raw.build_results").fetchone() or ("",)
    mark_audited(settings.build_file, build_id)
    return settings


@pytest.fixture(scope="module")
def database(postgres_server: Server) -> Database:
    return make_database(postgres_server, "warehouse_of_the_demonstration")


@pytest.fixture(scope="module")
def session(database: Database) -> Iterator[Session]:
    with database.session() as session:
        yield session


@pytest.fixture(scope="module")
def whole(
    demo: DemoNights, database: Database, session: Session, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What is not the same after the first night, which is loaded whole."""
    folder = tmp_path_factory.mktemp("served")
    served = publish(night_before(demo, folder), database.connection)
    assert served.computed == []
    return differing(session, demo.published[FIRST], served, folder)


@pytest.fixture(scope="module")
def night(
    whole: list[str], demo: DemoNights, database: Database, session: Session, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What is not the same after the second night, of which only the changed records of facts are loaded."""
    served = publish(demo.settings, database.connection)
    kept = {f"marts.{name}" for name, fact in read_facts(demo.settings.dbt_project_dir).items() if fact.computed}
    assert set(served.computed) == kept
    return differing(session, demo.published[SECOND], served, tmp_path_factory.mktemp("night"))


def differing(session: Session, file: Path, served: Served, folder: Path) -> list[str]:
    found, rows = [], 0
    for name in relations(file):
        lacking, besides, count = different_rows(session, file, name, folder)
        rows += count if ".".join(name) in served.rows else 0
        if lacking or besides:
            found.append(f"{'.'.join(name)}: of {count} rows {lacking} are lacking and {besides} others are there")
    assert rows == sum(served.rows.values())
    return found


def test_every_table_and_view_is_equal_after_a_whole_publish(whole: list[str]) -> None:
    assert whole == []


def test_every_table_and_view_is_equal_after_a_night(night: list[str]) -> None:
    assert night == []


def test_every_relation_and_column_says_what_the_file_says(
    demo: DemoNights, night: list[str], session: Session
) -> None:
    with duckdb.connect(str(demo.published[SECOND]), read_only=True) as db:
        ours = db.execute(
            "SELECT schema_name, table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL "
            "UNION ALL SELECT schema_name, table_name, '', comment FROM duckdb_tables() WHERE comment IS NOT NULL "
            "UNION ALL SELECT schema_name, view_name, '', comment FROM duckdb_views() WHERE comment IS NOT NULL"
        ).fetchall()
    theirs = session.execute(
        "SELECT n.nspname, c.relname, coalesce(a.attname, ''), d.description FROM pg_description d "
        "JOIN pg_class c ON c.oid = d.objoid AND d.classoid = 'pg_class'::regclass "
        "JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attribute a ON a.attrelid = c.oid "
        "AND a.attnum = d.objsubid AND d.objsubid > 0 WHERE n.nspname IN ('marts', 'audit', 'analyst')"
    ).fetchall()
    assert set(ours) - set(theirs) == set()
    assert len(ours) > 500


def test_the_role_of_readers_sees_nothing_of_a_single_record(
    demo: DemoNights, night: list[str], database: Database
) -> None:
    """Whatever the project lists: neither a column that names a record nor a relation that is not listed."""
    listed = read_for_readers(demo.settings.dbt_project_dir)
    columns = database.query(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns "
        "WHERE table_schema IN ('marts', 'audit', 'analyst')",
        "minh",
    )
    assert {(schema, name) for schema, name, _ in columns} == {*listed, ("audit", "published")}
    assert [column for column in columns if column[2] in OF_ONE_RECORD] == []
    assert database.query("SELECT count(*) > 1000 FROM analyst.indicators_named", "minh") == [(True,)]


ON_TIME = (
    "SELECT unit_name_vi, name_vi, period_start, value FROM analyst.indicators_interval "
    "WHERE indicator_code = 'on_time_of_resolved' AND period_grain = 'month' AND value IS NOT NULL"
)


def test_a_program_reads_it_by_odbc_as_a_reader_may(demo: DemoNights, night: list[str], database: Database) -> None:
    """The road of Excel and Power BI: the driver's manager, PostgreSQL's driver, a reader's login."""

    def asked(statement: str) -> list[list[str]]:
        return by_odbc(statement, port=database.server.port, database=database.name, login="minh", password=PASSWORD)

    found = sorted((unit, name, day, float(value)) for unit, name, day, value in asked(ON_TIME))
    with duckdb.connect(str(demo.published[SECOND]), read_only=True) as db:
        expected = sorted((unit, name, str(day), value) for unit, name, day, value in db.execute(ON_TIME).fetchall())
    assert [row[:3] for row in found] == [row[:3] for row in expected]
    assert [row[3] for row in found] == pytest.approx([row[3] for row in expected])
    assert "permission denied" in asked("SELECT count(*) FROM marts.fct_dossiers")[0][0]
    assert "read-only transaction" in asked("DELETE FROM audit.published")[0][0]
