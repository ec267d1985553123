"""SQL sources against real servers: what arrives, by both ways of reading, and what a reader cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.support.database_servers import LOGIN, PASSWORD, Server
from tests.support.feeds import feed
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SchemaDriftError, SourceError
from ward_warehouse.registry import Feed
from ward_warehouse.sources import FAULT, POSITION, Window
from ward_warehouse.sources.sql import source as sql_module
from ward_warehouse.sources.sql.dialects import DATABASES, Session, find_database, open_engine
from ward_warehouse.sources.sql.source import SqlSource

SINCE = datetime(2018, 12, 27, 0, 0, tzinfo=UTC)
UNTIL = datetime(2018, 12, 28, 17, 0, tzinfo=UTC)
ODD_TEXT = "Phường Ẩn Ỷ 'O''Brien' \"%s\" :p {x} \\ 🏛 e\u0323\u0302 \u200b\t tab"


def local(text: str) -> datetime:
    """A wall-clock time: what a column without a zone holds."""
    return datetime.fromisoformat(text)


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
def counter(server: Server) -> Iterator[Server]:
    """A server with one table: a key of two columns, and a real time of change."""
    server.execute(
        "DROP TABLE IF EXISTS ho_so", "CREATE TABLE ho_so (nam INTEGER, so INTEGER, ma VARCHAR(20), sua TIMESTAMP NULL)"
    )
    server.execute(
        "INSERT INTO ho_so VALUES (%s, %s, %s, %s)",
        rows=[
            (2018, 1, "A", local("2018-12-27T06:59:59")),
            (2018, 2, "B", local("2018-12-27T07:00:00")),
            (2018, 3, "C", None),
            (2018, 4, "D", local("2018-12-28T23:59:59")),
            (2018, 5, "E", local("2018-12-29T00:00:00")),
        ],
    )
    yield server
    server.execute("DROP TABLE IF EXISTS ho_so")


def described(
    read: dict[str, Any] | None = None, cursor: str = "sua", key: tuple[str, ...] = ("nam", "so"), **columns: str
) -> Feed:
    return feed(
        {
            "system": "counter",
            "name": {"vi": "Một cửa", "en": "Counter"},
            "transport": "sql",
            "time_zone": "Asia/Ho_Chi_Minh",
            "record_kinds": {
                "dossiers": {
                    "read": read or {"table": "ho_so"},
                    "key": key,
                    "cursor": {"column": cursor},
                    "columns": columns or {"dossier_code": "ma"},
                }
            },
        }
    )


def read(ward: Feed, connection: Connection, window: Window | None = None) -> pa.Table:
    return pa.concat_tables(list(SqlSource(ward, connection).read(window or Window())))


def codes(ward: Feed, connection: Connection, window: Window | None = None) -> list[str]:
    return sorted(read(ward, connection, window)["ma"].to_pylist())


@pytest.mark.parametrize(
    "asked", [{"table": "ho_so"}, {"query": "SELECT * FROM ho_so WHERE ma LIKE '%'"}], ids=["table", "query"]
)
def test_a_window_of_real_times_holds_its_start_and_not_its_end(counter: Server, asked: dict[str, Any]) -> None:
    table = read(described(asked), counter.connection(), Window(SINCE, UNTIL))
    assert sorted(table["ma"].to_pylist()) == ["B", "C", "D"]
    origin = asked.get("table", "query")
    assert sorted(table[POSITION].to_pylist()) == [f"{origin} 2018|{n}" for n in (2, 3, 4)]
    assert table.schema.field("sua").type == pa.timestamp("us")


def test_a_zoned_cursor_is_compared_as_an_instant(postgres_server: Server) -> None:
    postgres_server.execute("DROP TABLE IF EXISTS zoned", "CREATE TABLE zoned (id INT, ma TEXT, sua TIMESTAMPTZ)")
    postgres_server.execute(
        "INSERT INTO zoned VALUES (%s, %s, %s)", rows=[(1, "A", SINCE), (2, "B", UNTIL), (3, "C", None)]
    )
    # The reader's own zone must not count: the server's is another one.
    postgres_server.execute(f"ALTER ROLE {LOGIN} SET timezone = 'America/Lima'")
    try:
        ward = described({"table": "zoned"}, key=("id",))
        assert codes(ward, postgres_server.connection(), Window(SINCE, UNTIL)) == ["A", "C"]
        table = read(ward, postgres_server.connection())
        assert table.schema.field("sua").type == pa.timestamp("us", "UTC")
        assert SINCE in table["sua"].to_pylist()
    finally:
        postgres_server.execute(f"ALTER ROLE {LOGIN} RESET timezone", "DROP TABLE zoned")


def test_a_cursor_that_is_text_or_a_number_is_compared_as_it_is_written(counter: Server) -> None:
    counter.execute(
        "DROP TABLE IF EXISTS written", "CREATE TABLE written (id INT, ma VARCHAR(9), sua VARCHAR(14), so BIGINT)"
    )
    counter.execute(
        "INSERT INTO written VALUES (%s, %s, %s, %s)",
        rows=[(n, ma, at, int(at)) for n, ma, at in ((1, "A", "20181227065959"), (2, "B", "20181227070000"))],
    )
    for cursor in ("sua", "so"):
        part = described({"table": "written"}, key=("id",)).system.model_dump(by_alias=True, mode="json")
        part["record_kinds"]["dossiers"]["cursor"] = {"column": cursor, "format": "%Y%m%d%H%M%S"}
        assert codes(feed(part), counter.connection(), Window(SINCE, UNTIL)) == ["B"]
    counter.execute("DROP TABLE written")


def test_a_schema_is_named(postgres_server: Server) -> None:
    table = '"Một cửa"."Hồ % sơ"'
    postgres_server.execute(
        'CREATE SCHEMA "Một cửa"',
        f"CREATE TABLE {table} (nam INT, so INT, ma TEXT, sua TIMESTAMP)",
        f"INSERT INTO {table} VALUES (1, 1, 'S', NULL)",  # noqa: S608 - the test's own name
    )
    try:
        assert codes(
            described({"table": "Hồ % sơ", "schema": "Một cửa"}), postgres_server.connection(), Window(SINCE, UNTIL)
        ) == ["S"]
    finally:
        postgres_server.execute('DROP SCHEMA "Một cửa" CASCADE')


def test_a_session_refuses_to_write(counter: Server) -> None:
    engine, _ = open_engine("p01", counter.connection(), Session(5))
    with pytest.raises(DBAPIError, match=r"(?i)read.only"), engine.begin() as session:
        session.execute(text("DELETE FROM ho_so"))
    engine.dispose()
    writing = "SELECT * FROM hoi()"
    if counter.conn_type == "postgres":
        # A view or a function of the ward that writes: the Arrow way is read-only too.
        counter.execute(
            "CREATE FUNCTION hoi() RETURNS TABLE (nam INT, so INT, ma TEXT, sua TIMESTAMP) LANGUAGE sql AS "
            "$$ DELETE FROM ho_so RETURNING * $$"
        )
        with pytest.raises(SourceError, match="read-only transaction"):
            read(described({"query": writing}), counter.connection())
        counter.execute("DROP FUNCTION hoi()")
    assert counter.execute("SELECT count(*) FROM ho_so") == [(5,)]


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_statement_that_takes_too_long_is_given_up(
    counter: Server, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "rows":
        without_arrow(monkeypatch)
    sleep = "pg_sleep(20)::text" if counter.conn_type == "postgres" else "SLEEP(20)"
    query = f"SELECT nam, so, sua, CASE WHEN so > 0 THEN {sleep} END AS ma FROM ho_so"  # noqa: S608 - constant
    with pytest.raises(SourceError, match=r"p01 dossiers.*(timeout|max_statement_time)"):
        read(described({"query": query, "timeout_seconds": 1}), counter.connection())


def test_a_wrong_password_is_said_without_it(counter: Server) -> None:
    for changes in ({"password": "an-old:pass@word"}, {"login": "nobody"}, {"schema": "another"}):
        with pytest.raises(SourceError, match=r"connection p01 is right") as caught:
            read(described(), counter.connection(**changes))
        assert "an-old" not in str(caught.value)
        assert PASSWORD not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_drift_and_a_table_that_is_gone_are_named(counter: Server) -> None:
    with pytest.raises(SourceError, match="table khong_co is not in the database"):
        read(described({"table": "khong_co"}), counter.connection())
    counter.execute("ALTER TABLE ho_so ADD COLUMN moi INT")
    source = SqlSource(described(), counter.connection())
    assert sum(table.num_rows for table in source.read(Window())) == 5
    assert source.report.new_columns == ["moi"]
    counter.execute("ALTER TABLE ho_so DROP COLUMN ma")
    with pytest.raises(SchemaDriftError, match=r"column ma is missing; found nam, so, sua, moi"):
        read(described(), counter.connection())


def test_a_value_that_the_server_stumbles_over_is_not_repeated(postgres_server: Server) -> None:
    people = "SELECT 1 AS nam, CAST(name AS INT) AS so, 'A' AS ma, now() AS sua FROM (VALUES ('Nguyen Van A')) p (name)"
    with pytest.raises(SourceError, match="invalid input syntax for type integer; check") as caught:
        read(described({"query": people}), postgres_server.connection())
    assert "Nguyen" not in str(caught.value)


# Hard values, by both ways


def without_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without the ADBC drivers."""
    for name, database in DATABASES.items():
        monkeypatch.setitem(DATABASES, name, replace(database, arrow=""))


POSTGRES_VALUES: list[tuple[str, Any, Any]] = [
    ("NUMERIC(30,10)", "12345678901234567890.0123456789", "12345678901234567890.0123456789"),
    ("NUMERIC", "NaN", "NaN"),
    ("NUMERIC", "0.10", "0.10"),
    ("NUMERIC(12,3)", "-15.983", "-15.9830"),
    ("DOUBLE PRECISION", 15.983, "15.9830"),
    ("REAL", 15.983, "15.9830"),
    ("gia", "15.983", "15.9830"),
    ("TEXT", "15.983", "15.983"),
    ("DOUBLE PRECISION", 1.5e-300, "1.5e-300"),
    ("BIGINT", 9223372036854775807, "9223372036854775807"),
    ("DOUBLE PRECISION", 0.1, "0.1"),
    ("DOUBLE PRECISION", "-Infinity", "-Infinity"),
    ("BOOLEAN", True, "true"),
    ("TEXT", ODD_TEXT, ODD_TEXT),
    ("CHAR(5)", "ab", "ab"),
    ("BYTEA", b"\x00\xff", "\\x00ff"),
    ("UUID", "0190c2a4-0000-7000-8000-000000000001", "0190c2a4-0000-7000-8000-000000000001"),
    ("JSONB", '{"b": [1, null]}', '{"b": [1, null]}'),
    ("INT[]", [1, None], "{1,NULL}"),
    ("INTERVAL", "1 day 02:00", "1 day 02:00:00"),
    ("TIME", "08:30", "08:30:00"),
    ("DATE", date(2018, 12, 27), date(2018, 12, 27)),
    ("DATE", date(9999, 12, 30), date(9999, 12, 30)),
    ("TIMESTAMP", local("0018-03-05T01:02:03.456789"), local("0018-03-05T01:02:03.456789")),
    ("TIMESTAMP", local("2999-12-31T00:00:00"), local("2999-12-31T00:00:00")),
    ("TIMESTAMPTZ", "2018-12-27 07:00:00.5+07", datetime(2018, 12, 27, 0, 0, 0, 500000, tzinfo=UTC)),
    ("INET", "10.0.0.1/8", "10.0.0.1/8"),
]  # fmt: skip
MARIADB_VALUES: list[tuple[str, Any, Any]] = [
    ("DECIMAL(30,10)", "12345678901234567890.0123456789", "12345678901234567890.0123456789"),
    ("BIGINT UNSIGNED", 18446744073709551615, "18446744073709551615"),
    ("DOUBLE", 0.1, "0.1"),
    ("DECIMAL(12,3)", "-15.983", "-15.9830"),
    ("DOUBLE", 15.983, "15.9830"),
    ("FLOAT", 15.983, "15.9830"),
    ("VARCHAR(9)", "15.983", "15.983"),
    ("BOOLEAN", True, "1"),
    ("BIT(1)", 1, "1"),
    ("TEXT", ODD_TEXT, ODD_TEXT),
    ("VARBINARY(5)", b"\x00\xff", "\\x00ff"),
    ("TIME", "-26:05:09", "-26:05:09"),
    ("DATE", date(2018, 12, 27), date(2018, 12, 27)),
    ("DATETIME(6)", local("2999-12-31T01:02:03.456789"), local("2999-12-31T01:02:03.456789")),
    ("TIMESTAMP", local("2018-12-27T07:00:00"), local("2018-12-27T07:00:00")),
    ("YEAR", 2018, "2018"),
]


def hard(server: Server, values: list[tuple[str, Any, Any]]) -> tuple[Feed, list[dict[str, Any]]]:
    """A table with a column for each value, a record that has them and one of nulls; and what must arrive."""
    names = [f"v{n}" for n in range(len(values))]
    columns = ", ".join(f"{name} {sql_type} NULL" for name, (sql_type, _, _) in zip(names, values, strict=True))
    server.execute("DROP TABLE IF EXISTS hard", f"CREATE TABLE hard (id INT, {columns})")
    marks = ", ".join(["%s"] * (len(values) + 1))
    rows = [(1, *(given for _, given, _ in values)), (2, *[None] * len(values))]
    server.execute(f"INSERT INTO hard VALUES ({marks})", rows=rows)  # noqa: S608 - marks alone
    expected = [
        {"id": "1", **{n: v for n, (_, _, v) in zip(names, values, strict=True)}},
        {"id": "2", **dict.fromkeys(names)},
    ]
    targets = iter(["dossier_code", "receiving_unit", "resolving_unit", "summary", "officer_key"])
    return described({"table": "hard"}, cursor="v0", key=("id",), **dict(zip(targets, names, strict=False))), expected


@pytest.mark.parametrize("relation", ["table", "query"])
def test_postgres_gives_the_same_rows_and_types_by_both_ways(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch, relation: str
) -> None:
    postgres_server.execute("DROP DOMAIN IF EXISTS gia CASCADE", "CREATE DOMAIN gia AS NUMERIC(12,3)")
    ward, expected = hard(postgres_server, POSTGRES_VALUES)
    if relation == "query":
        ward = _as_query(ward)
    by_arrow = read(ward, postgres_server.connection())
    without_arrow(monkeypatch)
    by_rows = read(ward, postgres_server.connection())
    assert by_arrow.schema == by_rows.schema
    assert by_arrow.to_pylist() == by_rows.to_pylist()
    assert [{name: row[name] for name in expected[0]} for row in by_arrow.to_pylist()] == expected


def _as_query(ward: Feed) -> Feed:
    data = ward.system.model_dump(by_alias=True, mode="json")
    data["record_kinds"]["dossiers"]["read"] = {"query": "SELECT * FROM hard"}
    return feed(data)


def test_mariadb_gives_values_as_they_are_stored(mariadb_server: Server) -> None:
    ward, expected = hard(mariadb_server, MARIADB_VALUES)
    found = read(ward, mariadb_server.connection()).to_pylist()
    assert [{name: row[name] for name in expected[0]} for row in found] == expected


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_time_that_no_calendar_has_is_a_fault_of_its_record(
    server: Server, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "rows":
        without_arrow(monkeypatch)
    impossible = {
        "postgres": ["infinity", "0044-03-15 BC", "20000-01-01"],
        "mysql": ["0000-00-00", "2018-00-00", "0000-00-00"],
    }
    server.execute(
        "DROP TABLE IF EXISTS faults",
        "CREATE TABLE faults (id INT, ma VARCHAR(9), nhan DATE NOT NULL, sua TIMESTAMP NULL)",
    )
    days = [*impossible[server.conn_type], "2018-12-27"]
    server.execute("INSERT INTO faults VALUES (%s, 'A', %s, NULL)", rows=list(enumerate(days)))
    ward = described({"table": "faults"}, key=("id",), dossier_code="ma", receiving_unit="nhan")
    rows = sorted(read(ward, server.connection()).to_pylist(), key=lambda row: row["id"])
    fault = "column nhan: found a time that no calendar has"
    assert [row[FAULT] for row in rows] == [fault, fault, fault, None]
    assert [row["nhan"] for row in rows] == [None, None, None, date(2018, 12, 27)]


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_change_time_without_an_end_is_read_as_the_last_day(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "rows":
        without_arrow(monkeypatch)
    for sql_type in ("TIMESTAMP", "TIMESTAMPTZ", "DATE"):
        postgres_server.execute(
            "DROP TABLE IF EXISTS endless",
            f"CREATE TABLE endless (id INT, ma VARCHAR(9), sua {sql_type}, nhan {sql_type})",
        )
        times = ["infinity", "2062-01-01", "2018-12-27", "2018-12-29", "-infinity"]
        postgres_server.execute(
            "INSERT INTO endless VALUES (%s, 'A', %s, 'infinity')", rows=list(enumerate(times, start=1))
        )
        ward = described({"table": "endless"}, key=("id",), cursor="sua", dossier_code="ma", receiving_unit="nhan")
        now = datetime(2026, 1, 1, tzinfo=UTC)
        whole = read(ward, postgres_server.connection(), Window(None, UNTIL, now)).to_pylist()
        found = {row["id"]: row["sua"] and str(row["sua"])[:10] for row in whole}
        last = "9999-12-30" if sql_type != "TIMESTAMPTZ" else found["1"]
        assert last in ("9999-12-29", "9999-12-30")
        assert {**found, "1": last} == {"1": last, "2": found["2"], "3": found["3"], "5": None}
        assert {row["id"] for row in whole if row[FAULT] == "column sua: found a time that no calendar has"} == {"5"}
        since = read(ward, postgres_server.connection(), Window(SINCE - timedelta(days=1), UNTIL, now)).to_pylist()
        assert {row["id"] for row in since} == {"1", "2", "3"}


def test_arrow_is_taken_where_a_driver_hands_it_over(postgres_server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ward, _ = hard(postgres_server, POSTGRES_VALUES)
    assert {name for name, database in DATABASES.items() if database.arrow} == {"sqlite", "postgres"}

    def never(*_: Any) -> Any:
        raise AssertionError("rows were read one by one")

    monkeypatch.setattr(sql_module, "read_rows", never)
    assert read(ward, postgres_server.connection()).num_rows == 2


def test_the_airflow_name_of_a_type_is_known() -> None:
    assert find_database("p01", Connection("p01", "postgresql")) is DATABASES["postgres"]
