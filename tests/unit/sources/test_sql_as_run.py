"""Databases as wards run them: servers in another zone, epochs, queries as people type them, endless statements."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.database_servers import Server
from tests.support.feeds import feed
from tests.unit.sources.test_sql_servers import described, local, read, without_arrow
from ward_warehouse.core.errors import SourceError
from ward_warehouse.sources import FAULT, Window
from ward_warehouse.sources.sql.dialects import DATABASES, Session, session_statements
from ward_warehouse.sources.sql.queries import statements_in

WINDOW = Window(datetime(2018, 12, 31, 17, tzinfo=UTC), datetime(2019, 1, 1, 17, tzinfo=UTC))
"""The local day 2019-01-01."""


@pytest.fixture(params=["postgres", "mariadb"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(f"{request.param}_server")
    return found


# Zones


AS_TEXT = "SELECT id, ma, CAST(sua AS CHAR) AS sua FROM gio"


@pytest.mark.parametrize(
    "asked", [{"table": "gio"}, {"query": "SELECT * FROM gio"}, {"query": AS_TEXT}], ids=["table", "query", "text"]
)
def test_a_timestamp_is_read_in_the_zone_of_the_software(mariadb_server: Server, asked: dict[str, Any]) -> None:
    """The server is in UTC, and the ward's application in +07:00."""
    assert mariadb_server.execute("SELECT @@global.time_zone, @@session.time_zone") == [("+00:00", "+07:00")]
    mariadb_server.execute("DROP TABLE IF EXISTS gio", "CREATE TABLE gio (id INT, ma VARCHAR(9), sua TIMESTAMP NULL)")
    mariadb_server.execute(
        "INSERT INTO gio VALUES (%s, %s, %s)",
        rows=[
            (1, "truoc", "2018-12-31 23:59:59"),
            (2, "dau", "2019-01-01 00:00:00"),
            (3, "cuoi", "2019-01-01 23:59:59"),
        ],
    )
    part = described(asked, key=("id",)).system.model_dump(by_alias=True, mode="json")
    if "CAST" in str(asked):
        part["record_kinds"]["dossiers"]["cursor"]["format"] = "%Y-%m-%d %H:%M:%S"
    table = read(feed(part), mariadb_server.connection(), WINDOW)
    assert sorted(table["ma"].to_pylist()) == ["cuoi", "dau"]
    assert str(min(table["sua"].to_pylist())) == "2019-01-01 00:00:00"


def test_an_instant_is_written_as_text_in_the_zone_of_the_software(
    postgres_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "SELECT 1 AS nam, 1 AS so, to_char(t, 'YYYY-MM-DD HH24:MI') AS ma, t AS sua FROM x"
    query = f"WITH x AS (SELECT timestamptz '2018-12-31 18:00+00' AS t) {query}"
    postgres_server.execute("ALTER ROLE reader SET timezone = 'America/Lima'")
    try:
        for _ in ("arrow", "rows"):
            assert read(described({"query": query}), postgres_server.connection())["ma"].to_pylist() == [
                "2019-01-01 01:00"
            ]
            without_arrow(monkeypatch)
    finally:
        postgres_server.execute("ALTER ROLE reader RESET timezone")


def test_every_database_that_has_a_zone_is_told_it() -> None:
    said = {name: session_statements(found, Session(5, "Asia/Ho_Chi_Minh")) for name, found in DATABASES.items()}
    assert {name: statements[-1] for name, statements in said.items() if "zone" in " ".join(statements).lower()} == {
        "postgres": "SET TIME ZONE 'Asia/Ho_Chi_Minh'",
        "mysql": "SET SESSION time_zone = '+07:00'",
        "mariadb": "SET SESSION time_zone = '+07:00'",
        "oracle": "ALTER SESSION SET TIME_ZONE = 'Asia/Ho_Chi_Minh'",
    }
    # A zone of several offsets must not be read with one of them.
    assert session_statements(DATABASES["mysql"], Session(5, "Europe/Paris"))[-1].endswith("'Europe/Paris'")
    assert session_statements(DATABASES["mysql"], Session(5, "UTC"))[-1].endswith("'+00:00'")


# Cursors that are numbers


@pytest.mark.parametrize("sql_type", ["BIGINT", "NUMERIC(14)"])
@pytest.mark.parametrize("asked", [{"table": "dem"}, {"query": "SELECT * FROM dem"}], ids=["table", "query"])
def test_an_epoch_as_cursor_is_refused(server: Server, sql_type: str, asked: dict[str, Any]) -> None:
    server.execute("DROP TABLE IF EXISTS dem", f"CREATE TABLE dem (id INT, ma VARCHAR(9), sua {sql_type})")
    server.execute("INSERT INTO dem VALUES (%s, %s, %s)", rows=[(1, "A", 1546300800)])
    for window in (WINDOW, Window(None, WINDOW.until)):
        with pytest.raises(SourceError, match=r"column sua \(cursor\): found numbers.*expected"):
            read(described(asked, key=("id",)), server.connection(), window)


@pytest.mark.parametrize(("form", "factor"), [("epoch", 1), ("epoch_ms", 1000)])
@pytest.mark.parametrize("asked", [{"table": "dem"}, {"query": "SELECT * FROM dem"}], ids=["table", "query"])
def test_an_epoch_whose_form_is_stated_is_read_by_its_window(
    server: Server, form: str, factor: int, asked: dict[str, Any]
) -> None:
    seconds = {"before": 1546275599, "first": 1546275600, "last": 1546361999, "after": 1546362000}
    server.execute("DROP TABLE IF EXISTS dem", "CREATE TABLE dem (id INT, ma VARCHAR(9), sua BIGINT NULL)")
    rows = [(n, name, at * factor) for n, (name, at) in enumerate(seconds.items())]
    server.execute("INSERT INTO dem VALUES (%s, %s, %s)", rows=[*rows, (9, "undated", None)])
    part = described(asked, key=("id",)).system.model_dump(by_alias=True, mode="json")
    part["record_kinds"]["dossiers"]["cursor"]["format"] = form
    table = read(feed(part), server.connection(), WINDOW)
    assert sorted(table["ma"].to_pylist()) == ["first", "last", "undated"]


@pytest.mark.parametrize("forms", [["%d/%m/%Y %H:%M", "iso8601"], ["iso8601"]])
def test_texts_that_do_not_sort_as_times_are_read_whole(server: Server, forms: list[str]) -> None:
    """As texts, 02/01/2019 comes after 01/02/2019: compared so, a change would be read in no night."""
    server.execute("DROP TABLE IF EXISTS dem", "CREATE TABLE dem (id INT, ma VARCHAR(9), sua VARCHAR(40))")
    server.execute(
        "INSERT INTO dem VALUES (%s, %s, %s)", rows=[(1, "A", "01/01/2019 10:00"), (2, "B", "2018-12-31T18:00:00Z")]
    )
    part = described({"table": "dem"}, key=("id",)).system.model_dump(by_alias=True, mode="json")
    part["record_kinds"]["dossiers"]["cursor"]["format"] = forms
    assert sorted(read(feed(part), server.connection(), WINDOW)["ma"].to_pylist()) == ["A", "B"]


# Queries as people type them


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM ho_so;",
        "SELECT * FROM ho_so ; ;\n",
        "SELECT * FROM ho_so -- of the counter; all of it",
        "SELECT * FROM ho_so /* all */ ; -- done",
        "-- head: of the counter\nSELECT * FROM ho_so;",
        "/* head */ WITH x AS (SELECT * FROM ho_so) SELECT * FROM x;",
        "SELECT nam, so, CASE WHEN ma = ';--:x /*' OR '10:30' <> ':30' THEN ma END AS ma, sua FROM ho_so;",
        "SELECT nam, so, ma, sua FROM ho_so WHERE ma LIKE '%' AND ma <> '100 %(x)s %s :ma' ; # no\n".replace(
            " # no", ""
        ),
    ],
)
@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_query_runs_as_it_is_typed(server: Server, query: str, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "rows":
        without_arrow(monkeypatch)
    server.execute(
        "DROP TABLE IF EXISTS ho_so", "CREATE TABLE ho_so (nam INTEGER, so INTEGER, ma VARCHAR(20), sua TIMESTAMP NULL)"
    )
    server.execute("INSERT INTO ho_so VALUES (%s, %s, %s, %s)", rows=[(2018, 1, "A", local("2019-01-01T10:00:00"))])
    assert read(described({"query": query}), server.connection(), WINDOW)["ma"].to_pylist() == ["A"]


def test_only_one_select_is_a_query() -> None:
    good = ["SELECT 1;", "select ';' as a -- x", "with a as (select 1) select * from a ;; "]
    assert [statements_in(query) for query in good] == [["SELECT"]] * 3
    assert statements_in("SELECT 1; DELETE FROM ho_so") == ["SELECT", "DELETE"]
    assert statements_in("delete from ho_so") == ["DELETE"]


# Time-outs


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_time_out_is_called_so_and_shows_no_statement(
    server: Server, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "rows":
        without_arrow(monkeypatch)
    sleep = "pg_sleep(20)::text" if server.conn_type == "postgres" else "SLEEP(20)"
    query = f"SELECT 1 AS nam, 2 AS so, NULL AS sua, {sleep} AS ma, 'hidden_word' AS x"
    with pytest.raises(SourceError, match=r"not finished within 1 s \(time-out; timeout_seconds") as caught:
        read(described({"query": query, "timeout_seconds": 1}), server.connection())
    assert not any(word in str(caught.value) for word in ("hidden_word", "SELECT", "sleep", "SLEEP"))


# Days that mean "not yet"


@pytest.mark.parametrize("asked", [{"table": "ngay"}, {"query": "SELECT * FROM ngay"}], ids=["table", "query"])
def test_a_zero_date_is_a_fault_or_nothing(mariadb_server: Server, asked: dict[str, Any]) -> None:
    mariadb_server.execute(
        "DROP TABLE IF EXISTS ngay",
        "CREATE TABLE ngay (id INT, ma VARCHAR(9), tra DATE NOT NULL, gio DATETIME NOT NULL, sua TIMESTAMP NULL)",
    )
    mariadb_server.execute(
        "INSERT INTO ngay VALUES (%s, 'A', %s, %s, NULL)",
        rows=[
            (1, "0000-00-00", "0000-00-00 00:00:00"),
            (2, "2019-01-02", "2019-01-02 10:00:00"),
            (3, "2019-00-02", "2019-01-02 10:00:00"),
        ],
    )
    columns = {"dossier_code": "ma", "receiving_unit": "tra", "resolving_unit": "gio"}
    rows = read(described({**asked, "zero_dates": "empty"}, key=("id",), **columns), mariadb_server.connection())
    found = sorted((row["id"], row["tra"] is None, row["gio"] is None, row[FAULT]) for row in rows.to_pylist())
    fault = "column tra: found a time that no calendar has"
    assert found == [("1", True, True, None), ("2", False, False, None), ("3", True, False, fault)]
    rows = read(described(asked, key=("id",), **columns), mariadb_server.connection())
    assert [row[FAULT] is None for row in sorted(rows.to_pylist(), key=lambda row: row["id"])] == [False, True, False]
