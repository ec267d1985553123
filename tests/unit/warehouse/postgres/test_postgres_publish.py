"""A build in PostgreSQL: whole, in one transaction, and nobody else's work is lost without a word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support.serving import Database, build, make_database
from ward_warehouse.core.errors import BuildError
from ward_warehouse.core.quoting import literal
from ward_warehouse.core.settings import Settings
from ward_warehouse.warehouse.postgres import session as sessions
from ward_warehouse.warehouse.postgres.publish import publish
from ward_warehouse.warehouse.publish import audited_marker

FACTS = "SELECT dossier_key, value FROM marts.fct_dossiers"


def shown(database: Database) -> list[tuple[Any, ...]]:
    return database.query("SELECT build_id FROM audit.published")


def test_the_public_tables_and_views_are_there_and_say_which_build_they_are(
    settings: Settings, database: Database
) -> None:
    served = publish(settings, database.connection)
    assert served.rows == {
        "audit.build_results": 1, "audit.quarantine": 1, "marts.fct_dossiers": 3, "marts.figures": 1,
    }  # fmt: skip
    assert str(served) == "PostgreSQL shows build b1: 4 tables, 6 rows"
    assert shown(database) == [("b1",)]
    assert database.query("SELECT now() - at < interval '1 minute' FROM audit.published") == [(True,)]
    assert dict(database.query(FACTS)) == {"1": "a", "2": "a", "3": "a"}
    assert database.query("SELECT ward_key, month FROM analyst.figures_named") == [("w1", 11)]
    assert database.query("SELECT count(*) FROM pg_namespace WHERE nspname IN ('raw', 'intermediate')") == [(0,)]


def test_every_value_comes_as_it_is(settings: Settings, database: Database) -> None:
    """But for NUL, which PostgreSQL knows in no text."""
    texts = ["", " ", '"', '""', "\\", "\\.", "\\N", "a,b", "a\nb", "a\r\nb", "NULL", "Nguyễn", "'; DROP TABLE x; --"]
    build(
        settings,
        "b2",
        "CREATE TABLE marts.texts (n INTEGER, t VARCHAR)",
        *(f"INSERT INTO marts.texts SELECT {n}, {literal(text)}" for n, text in enumerate(texts)),
        "INSERT INTO marts.texts VALUES (99, NULL), (100, 'a' || chr(0) || 'b')",
        """CREATE TABLE marts.kinds AS SELECT true AS b, 7::SMALLINT AS s, -9223372036854775807 AS i,
            170141183460469231731687303715884105727::HUGEINT AS h, 0.1::DOUBLE AS d, 1e-300::DOUBLE AS tiny,
            'nan'::DOUBLE AS n, '-inf'::DOUBLE AS m, 1.50::DECIMAL(9, 2) AS c, DATE '2018-02-28' AS day,
            TIMESTAMP '2018-01-01 23:59:59.123456' AS local, TIMESTAMPTZ '2018-01-01 00:00:00+07' AS instant""",
    )
    publish(settings, database.connection)
    found = dict(database.query("SELECT n, t FROM marts.texts"))
    assert found == {**dict(enumerate(texts)), 99: None, 100: "ab"}
    (kinds,) = database.query(
        "SELECT b, s, i, h::text, d = 0.1, tiny = 1e-300, n::text, m::text, c::text, day::text, local::text, "
        "instant::text FROM marts.kinds"
    )
    assert kinds == (
        True, 7, -9223372036854775807, "170141183460469231731687303715884105727", True, True, "NaN", "-Infinity",
        "1.50", "2018-02-28", "2018-01-01 23:59:59.123456", "2017-12-31 17:00:00+00",
    )  # fmt: skip


def test_relations_and_columns_say_what_the_file_says(settings: Settings, database: Database) -> None:
    build(
        settings,
        "b2",
        "COMMENT ON TABLE marts.figures IS 'Số liệu / Ward''s \\ figures %s'",
        "COMMENT ON COLUMN marts.figures.value IS 'Giá trị'",
        "COMMENT ON VIEW analyst.figures_named IS 'Khung nhìn'",
        "COMMENT ON COLUMN analyst.figures_named.month IS 'Tháng'",
    )
    for _ in range(2):
        publish(settings, database.connection)
        assert database.query(
            "SELECT obj_description('marts.figures'::regclass), obj_description('analyst.figures_named'::regclass), "
            "col_description('marts.figures'::regclass, 2), col_description('analyst.figures_named'::regclass, 4)"
        ) == [("Số liệu / Ward's \\ figures %s", "Khung nhìn", "Giá trị", "Tháng")]


def test_the_next_build_takes_its_place_and_grants_and_views_of_others_stay(
    settings: Settings, database: Database
) -> None:
    publish(settings, database.connection)
    database.execute(
        "CREATE SCHEMA bi",
        "CREATE VIEW bi.late AS SELECT value, count(*) FROM marts.fct_dossiers GROUP BY value",
        "CREATE VIEW bi.named AS SELECT month FROM analyst.figures_named",
        "GRANT SELECT ON marts.fct_dossiers TO lan WITH GRANT OPTION",
    )
    build(settings, "b2", *FIRST_AGAIN)
    served = publish(settings, database.connection)
    assert served.warnings == []
    assert shown(database) == [("b2",)]
    assert database.query("SELECT * FROM bi.late") == [("b", 2)]
    assert database.query("SELECT * FROM bi.named") == [(11,)]
    assert database.query("SELECT has_table_privilege('lan', 'marts.fct_dossiers', 'SELECT WITH GRANT OPTION')") == [
        (True,)
    ]


FIRST_AGAIN = ("DELETE FROM marts.fct_dossiers WHERE dossier_key = '1'", "UPDATE marts.fct_dossiers SET value = 'b'")


def test_a_reader_at_work_keeps_what_it_sees(settings: Settings, database: Database) -> None:
    """Also one that has not looked at a table yet: with a rename or a truncate it would see no rows there."""
    publish(settings, database.connection)
    with database.session("lan") as reader, reader.transaction():
        reader.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert reader.execute("SELECT count(*) FROM marts.figures").fetchone() == (1,)
        build(settings, "b2", *FIRST_AGAIN)
        publish(settings, database.connection)
        assert sorted(reader.execute(FACTS).fetchall()) == [("1", "a"), ("2", "a"), ("3", "a")]
        assert reader.execute("SELECT build_id FROM audit.published").fetchone() == ("b1",)
    assert sorted(database.query(FACTS, "lan")) == [("2", "b"), ("3", "b")]


def mark(database: Database) -> None:
    """Changes what stands in PostgreSQL: what a later publish leaves alone shows by that."""
    database.execute("UPDATE marts.fct_dossiers SET value = 'as published'")


NIGHT = (
    "UPDATE marts.fct_dossiers SET value = 'corrected' WHERE dossier_key = '2'",
    "DELETE FROM marts.fct_dossiers WHERE dossier_key = '3'",
    "INSERT INTO marts.fct_dossiers VALUES ('4', 'new')",
    "CREATE OR REPLACE TABLE intermediate.int_dossiers__changed AS "
    "SELECT unnest(['2', '3', '4', 'unknown']) AS dossier_key",
)


def test_a_build_of_what_changed_replaces_its_records_only(settings: Settings, database: Database) -> None:
    publish(settings, database.connection)
    mark(database)
    build(settings, "b2", *NIGHT, follows="b1")
    # The second publish is that of somebody who was told that the first had failed.
    for _ in range(2):
        served = publish(settings, database.connection)
        assert str(served).endswith("; of marts.fct_dossiers what changed")
        assert served.rows["marts.fct_dossiers"] == 3
        assert dict(database.query(FACTS)) == {"1": "as published", "2": "corrected", "4": "new"}


@pytest.mark.parametrize("follows", [None, "b0"])
def test_a_build_that_does_not_follow_the_published_one_is_loaded_whole(
    settings: Settings, database: Database, follows: str | None
) -> None:
    publish(settings, database.connection)
    mark(database)
    build(settings, "b2", *NIGHT, follows=follows)
    assert publish(settings, database.connection).computed == []
    assert dict(database.query(FACTS)) == {"1": "a", "2": "corrected", "4": "new"}


@pytest.mark.parametrize(
    "fault",
    ["DELETE FROM marts.fct_dossiers WHERE dossier_key = '1'", "INSERT INTO marts.fct_dossiers VALUES ('9', 'x')"],
)
def test_a_fact_that_does_not_come_out_is_loaded_whole(settings: Settings, database: Database, fault: str) -> None:
    publish(settings, database.connection)
    database.execute(fault)
    build(settings, "b2", *NIGHT, follows="b1")
    assert publish(settings, database.connection).computed == []
    assert dict(database.query(FACTS)) == {"1": "a", "2": "corrected", "4": "new"}


def test_a_fact_of_a_build_that_notes_no_keys_is_loaded_whole(settings: Settings, database: Database) -> None:
    publish(settings, database.connection)
    mark(database)
    build(settings, "b2", "DROP TABLE intermediate.int_dossiers__changed", follows="b1")
    publish(settings, database.connection)
    assert dict(database.query(FACTS)) == {"1": "a", "2": "a", "3": "a"}


def test_a_changed_contract_alters_tables_and_says_whose_views_are_lost(settings: Settings, database: Database) -> None:
    publish(settings, database.connection)
    database.execute(
        "CREATE SCHEMA bi",
        "CREATE VIEW bi.keys AS SELECT dossier_key FROM marts.fct_dossiers",
        "CREATE VIEW bi.made AS SELECT value FROM marts.fct_dossiers",
        "CREATE VIEW bi.sums AS SELECT count(*) FROM bi.made",
        "ALTER VIEW bi.sums OWNER TO lan",
    )
    build(
        settings,
        "b2",
        "CREATE OR REPLACE TABLE marts.fct_dossiers AS SELECT '1' AS dossier_key, 2 AS value, DATE '2018-01-01' AS day",
        follows="b1",
    )
    served = publish(settings, database.connection)
    assert served.warnings == [
        "PostgreSQL: columns of marts.fct_dossiers changed; gone with what they read: bi.made of reader, bi.sums "
        "of lan; their owners make them again"
    ]
    assert database.query("SELECT dossier_key, value, day::text FROM marts.fct_dossiers") == [("1", 2, "2018-01-01")]
    assert database.query("SELECT * FROM bi.keys") == [("1",)]
    build(settings, "b3", "ALTER TABLE marts.fct_dossiers DROP COLUMN day")
    assert publish(settings, database.connection).warnings == []
    assert database.query("SELECT * FROM marts.fct_dossiers") == [("1", 2)]


def test_views_whose_columns_change_are_made_anew_and_others_are_left(settings: Settings, database: Database) -> None:
    above = "CREATE OR REPLACE VIEW analyst.above AS SELECT value FROM analyst.figures_named"
    build(settings, "b1", above)
    publish(settings, database.connection)
    database.execute("CREATE SCHEMA bi", "CREATE VIEW bi.mine AS SELECT month FROM analyst.figures_named")
    (before,) = database.query("SELECT 'analyst.above'::regclass::oid, 'analyst.figures_named'::regclass::oid")
    build(settings, "b2")
    assert publish(settings, database.connection).warnings == []
    assert database.query("SELECT 'analyst.above'::regclass::oid, 'analyst.figures_named'::regclass::oid") == [before]
    build(
        settings, "b3", "CREATE OR REPLACE VIEW analyst.figures_named AS SELECT value, day AS since FROM marts.figures"
    )
    assert publish(settings, database.connection).lost == ["bi.mine of reader"]
    assert database.query("SELECT since::text FROM analyst.figures_named, analyst.above") == [("2018-11-01",)]


def test_relations_that_a_build_no_longer_has_go_and_those_of_others_stay(
    settings: Settings, database: Database
) -> None:
    publish(settings, database.connection)
    database.execute("CREATE TABLE marts.somebody AS SELECT 1 AS x")
    build(
        settings,
        "b2",
        "DROP TABLE audit.quarantine",
        "DROP VIEW analyst.figures_named",
        "CREATE TABLE analyst.figures_named AS SELECT 1 AS one",
        "CREATE VIEW audit.now_a_view AS SELECT ward_key FROM marts.figures",
    )
    publish(settings, database.connection)
    found = database.query(
        "SELECT table_schema || '.' || table_name, table_type FROM information_schema.tables "
        "WHERE table_schema IN ('marts', 'audit', 'analyst') ORDER BY 1"
    )
    assert found == [
        ("analyst.figures_named", "BASE TABLE"), ("audit.build_results", "BASE TABLE"), ("audit.now_a_view", "VIEW"),
        ("audit.published", "BASE TABLE"), ("marts.fct_dossiers", "BASE TABLE"), ("marts.figures", "BASE TABLE"),
        ("marts.somebody", "BASE TABLE"),
    ]  # fmt: skip


FAILURES = {
    "a view that cannot be made": (
        "CREATE VIEW marts.inner AS SELECT dossier_key FROM intermediate.int_dossiers__changed",
        r"does not take the view marts\.inner: .*intermediate",
    ),
    "a type that it is not given": (
        "CREATE TABLE marts.lists AS SELECT [1, 2] AS l",
        r"marts\.lists, column l: found type",
    ),
    "a key that stands twice": (
        "INSERT INTO marts.fct_dossiers VALUES ('1', 'again')",
        "could not create unique|duplicate key",
    ),
}


@pytest.mark.parametrize("what", FAILURES)
def test_a_publish_that_fails_leaves_what_was_there_and_the_next_one_is_whole(
    settings: Settings, database: Database, what: str
) -> None:
    publish(settings, database.connection)
    kept = settings.build_file.read_bytes()
    statement, reason = FAILURES[what]
    build(settings, "b2", "UPDATE marts.figures SET ward_key = 'w2'", statement)
    with pytest.raises(BuildError, match=reason) as caught:
        publish(settings, database.connection)
    assert "\n" not in str(caught.value)
    assert shown(database) == [("b1",)]
    assert database.query("SELECT ward_key FROM marts.figures") == [("w1",)]
    assert len(database.query(FACTS)) == 3
    settings.build_file.write_bytes(kept)
    build(settings, "b3", "UPDATE marts.figures SET ward_key = 'w3'")
    publish(settings, database.connection)
    assert shown(database) == [("b3",)]
    assert database.query("SELECT ward_key FROM marts.figures") == [("w3",)]


def test_a_build_that_did_not_pass_is_not_published(settings: Settings, database: Database) -> None:
    publish(settings, database.connection)
    build(settings, "b2", *FIRST_AGAIN)
    audited_marker(settings.build_file).unlink()
    with pytest.raises(BuildError, match="no build that passed its audit"):
        publish(settings, database.connection)
    settings.build_file.unlink()
    with pytest.raises(BuildError, match="no build that passed its audit"):
        publish(settings, database.connection)
    assert shown(database) == [("b1",)]


def test_a_build_that_another_process_writes_is_not_published(settings: Settings, database: Database) -> None:
    with (
        duckdb.connect(str(settings.build_file)),
        pytest.raises(BuildError, match=r"publish: .*; PostgreSQL shows the build that it showed before"),
    ):
        publish(settings, database.connection)


def test_two_publishes_do_not_mix(settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sessions.SESSION, "lock_timeout", "200ms")
    with database.session() as other, other.transaction():
        other.execute("SELECT pg_advisory_xact_lock(7662018)")
        with pytest.raises(BuildError, match="waited 30 s for another publish"):
            publish(settings, database.connection)
    publish(settings, database.connection)
    assert shown(database) == [("b1",)]


def test_what_is_wrong_with_the_connection_is_said_without_its_password(settings: Settings, database: Database) -> None:
    right = database.connection
    wrong = {
        "expected postgres": replace(right, conn_type="mysql"),
        "password authentication failed": replace(right, password="another secret"),
        "onnection refused": replace(right, port=1),
        "must be a member of ward_warehouse_owner": replace(right, login="lan"),
    }
    for reason, connection in wrong.items():
        with pytest.raises(BuildError, match=f"PostgreSQL of connection pg: .*{reason}") as caught:
            publish(settings, connection)
        assert connection.password not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_server_that_is_too_old_or_has_no_roles_is_told(
    settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sessions, "OLDEST_SERVER", 99)
        with pytest.raises(BuildError, match=r"found PostgreSQL 1\d, expected 99 or newer"):
            publish(settings, database.connection)
    monkeypatch.setattr(sessions, "READER", "nobody")
    with pytest.raises(BuildError, match=r"have a superuser run scripts/postgres_roles\.sql"):
        publish(settings, database.connection)


def test_the_script_can_be_run_again(settings: Settings, database: Database, tmp_path: Path) -> None:
    publish(settings, database.connection)
    with database.session() as session:
        session.execute((Path(__file__).parents[4] / "scripts" / "postgres_roles.sql").read_text(encoding="utf-8"))
    other = make_database(database.server, f"{database.name}_other")
    publish(settings, other.connection)
    assert shown(database) == shown(other) == [("b1",)]
