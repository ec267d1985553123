"""SQL sources: what is asked of a ward's database, and that nothing else can happen to it."""

import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Column, DateTime, MetaData, Table, Text, text
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite
from sqlalchemy.exc import OperationalError

from tests.support.feeds import feed
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import CODE_PATTERN
from ward_warehouse.core.errors import SchemaDriftError, SourceError
from ward_warehouse.sources import POSITION, Window
from ward_warehouse.sources.base import key_positions
from ward_warehouse.sources.sql.dialects import DATABASES, Session, connect_arguments, limit_session, open_engine
from ward_warehouse.sources.sql.source import SqlSource
from ward_warehouse.sources.sql.values import array

SINCE = datetime(2018, 12, 27, 0, 0, tzinfo=UTC)
UNTIL = datetime(2018, 12, 28, 17, 0, tzinfo=UTC)


def system(**read: Any) -> dict[str, Any]:
    return {
        "system": "counter",
        "name": {"vi": "Một cửa", "en": "Counter"},
        "transport": "sql",
        "time_zone": "Asia/Ho_Chi_Minh",
        "record_kinds": {
            "dossiers": {
                "read": read or {"table": "HO_SO"},
                "key": ["NAM", "SO"],
                "cursor": {"column": "SUA", "format": "%Y-%m-%d %H:%M:%S"},
                "columns": {
                    "dossier_code": "MA",
                    "procedure_code": "MA",
                    "status": {"constant": "received"},
                    "received_at": {"from": "NHAN", "formats": ["%Y-%m-%d"]},
                    "applicant_name": "TEN",
                },
                "ignore": ["LE_PHI"],
            }
        },
    }


@pytest.fixture
def connection(tmp_path: Path) -> Connection:
    path = tmp_path / "ward.db"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE HO_SO (NAM INTEGER, SO INTEGER, MA TEXT, NHAN DATE, TEN TEXT, LE_PHI REAL, SUA TEXT)"
        )
        database.executemany(
            "INSERT INTO HO_SO VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (2018, 1, "A", "2018-12-01", "Tên", 1.5, "2018-12-27 06:59:59"),
                (2018, 2, "B", "31/02/2018", "Tên", 1.5, "2018-12-27 07:00:00"),
                (2018, 3, "C", "2018-12-03", "Tên", 1.5, None),
                (2018, 4, "D", "2018-12-04", "Tên", 1.5, "2018-12-28 23:59:59"),
                (2018, 5, "E", "2018-12-05", "Tên", 1.5, "2018-12-29 00:00:00"),
            ],
        )
    return Connection("p01", "sqlite", host=str(path))


def read(source: SqlSource, window: Window) -> list[dict[str, Any]]:
    return pa.concat_tables(list(source.read(window))).to_pylist()


def test_a_window_holds_its_start_not_its_end_and_records_that_do_not_say(connection: Connection) -> None:
    rows = read(SqlSource(feed(system()), connection), Window(SINCE, UNTIL))
    assert [row["MA"] for row in rows] == ["B", "C", "D"]
    assert [row[POSITION] for row in rows] == ["HO_SO 2018|2", "HO_SO 2018|3", "HO_SO 2018|4"]


def test_an_impossible_date_in_a_date_column_arrives_as_it_is_stored(connection: Connection) -> None:
    rows = read(SqlSource(feed(system()), connection), Window())
    assert rows[1]["NHAN"] == "31/02/2018"


def test_columns_that_are_dropped_or_ignored_are_not_even_read(connection: Connection) -> None:
    rows = read(SqlSource(feed(system()), connection), Window())
    assert {"TEN", "LE_PHI"}.isdisjoint(rows[0])


def test_a_query_is_read_like_a_table(connection: Connection) -> None:
    source = SqlSource(feed(system(query="SELECT * FROM HO_SO WHERE SO <> 2")), connection)
    assert [row["MA"] for row in read(source, Window(SINCE, UNTIL))] == ["C", "D"]


def test_the_ward_s_records_cannot_be_changed(connection: Connection) -> None:
    engine, _ = open_engine("p01", connection, Session(5))
    with pytest.raises(OperationalError, match="readonly"), engine.begin() as session:
        session.execute(text("DELETE FROM HO_SO"))


def test_a_renamed_column_holds_the_batch_back_by_name(connection: Connection) -> None:
    with sqlite3.connect(connection.host) as database:
        database.execute("ALTER TABLE HO_SO RENAME COLUMN NHAN TO NGAY_NHAN")
    with pytest.raises(SchemaDriftError, match=r"p01 dossiers.*HO_SO.*NHAN is missing.*NGAY_NHAN.*counter\.yml"):
        read(SqlSource(feed(system()), connection), Window())


def test_an_epoch_as_cursor_is_refused(connection: Connection) -> None:
    part = system()
    part["record_kinds"]["dossiers"]["cursor"] = {"column": "SO"}
    with pytest.raises(SourceError, match=r"table HO_SO: column SO \(cursor\): found numbers, expected times"):
        read(SqlSource(feed(part), connection), Window(SINCE, UNTIL))


def test_a_new_column_is_told(connection: Connection) -> None:
    with sqlite3.connect(connection.host) as database:
        database.execute("ALTER TABLE HO_SO ADD COLUMN MOI TEXT")
    source = SqlSource(feed(system()), connection)
    read(source, Window())
    assert source.report.new_columns == ["MOI"]


@pytest.mark.parametrize("asked", [{"table": "HO_SO"}, {"query": "SELECT * FROM HO_SO"}], ids=["table", "query"])
def test_a_column_without_a_name_is_said_and_not_read(connection: Connection, asked: dict[str, str]) -> None:
    with sqlite3.connect(connection.host) as database:
        database.execute('ALTER TABLE HO_SO ADD COLUMN "" TEXT')
    source = SqlSource(feed(system(**asked)), connection)
    assert [row["MA"] for row in read(source, Window())] == ["A", "B", "C", "D", "E"]
    assert source.report.new_columns == []
    assert [line for line in source.report.warnings if "has a column without a name, expected a name for each" in line]


def test_a_table_that_is_gone_is_one_line(connection: Connection) -> None:
    with pytest.raises(SourceError, match="table KHONG_CO is not in the database"):
        read(SqlSource(feed(system(table="KHONG_CO")), connection), Window())


def test_a_table_that_is_dropped_in_mid_read_costs_no_record(connection: Connection) -> None:
    with sqlite3.connect(connection.host) as database:
        database.executemany(
            "INSERT INTO HO_SO VALUES (2019, ?, 'M', '2019-01-01', 'Tên', 1, NULL)", [[n] for n in range(400_000)]
        )
    tables = SqlSource(feed(system()), connection).read(Window())
    first = next(tables)
    # In a process of its own, as the ward's software is: locks on a file do not hold inside one.
    drop = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('DROP TABLE HO_SO')"
    other = subprocess.run([sys.executable, "-c", drop, connection.host], capture_output=True, text=True, check=False)
    assert "database is locked" in other.stderr
    assert first.num_rows + sum(table.num_rows for table in tables) == 400_005


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_values_of_any_type_in_one_column_arrive_as_text_by_both_ways(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    odd = "Ẩn\x00Ỷ 🏛 e\u0323\u0302 ' \" %s :p"
    values = [None, 9223372036854775807, 0.1, 1234567890123456.0, 1e300, "", odd, b"\x00\xff", 1, "0018-02-31"]
    with sqlite3.connect(connection.host) as database:
        # Without types: a column of type TEXT would make texts of numbers itself, and not exactly.
        database.execute("DROP TABLE HO_SO")
        database.execute("CREATE TABLE HO_SO (NAM, SO, MA, NHAN, TEN, LE_PHI, SUA)")
        # More empty values than the driver looks at, before the first that is a text.
        rows = [(n, None) for n in range(60_000)] + list(enumerate(values, 60_000))
        database.executemany("INSERT INTO HO_SO (NAM, SO, MA) VALUES (2018, ?, ?)", rows)
        database.execute("INSERT INTO HO_SO (NAM, SO, MA) VALUES (2018, 70000, CAST(x'41ff42' AS TEXT))")
    if way == "rows":
        monkeypatch.setitem(DATABASES, "sqlite", replace(DATABASES["sqlite"], arrow=""))
    found = read(SqlSource(feed(system()), connection), Window())[60_000:]
    assert [row["MA"] for row in found] == [
        None, "9223372036854775807", "0.1", "1234567890123456.0", "1.0e+300", "", odd, "X'00FF'", "1",
        "0018-02-31", "A\ufffdB",
    ]  # fmt: skip
    assert found[-1][POSITION] == "HO_SO 2018|70000"


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_number_with_three_decimals_is_not_written_as_thousands_are_typed(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    values = [15.983, -0.125, "15.983", 12.0, 1234.5, 1.234e-5, 15983, -0.0]
    with sqlite3.connect(connection.host) as database:
        database.execute("DROP TABLE HO_SO")
        database.execute("CREATE TABLE HO_SO (NAM, SO, MA, NHAN, TEN, LE_PHI, SUA)")
        rows = enumerate(values)
        database.executemany("INSERT INTO HO_SO (NAM, SO, MA) VALUES (2018, ?, ?)", rows)
    if way == "rows":
        monkeypatch.setitem(DATABASES, "sqlite", replace(DATABASES["sqlite"], arrow=""))
    assert [row["MA"] for row in read(SqlSource(feed(system()), connection), Window())] == [
        "15.9830", "-0.1250", "15.983", "12.0", "1234.5", "1.234e-05", "15983", "0.0"
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["arrow", "rows"])
def test_a_float_that_may_have_lost_digits_has_the_form_of_no_id(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    values = [2**53 - 1, 2**53 + 1, -(2**53) - 1, 1.2345678901234567e17, 1e16, float("inf"), float("-inf")]
    with sqlite3.connect(connection.host) as database:
        database.execute("DROP TABLE HO_SO")
        database.execute("CREATE TABLE HO_SO (NAM, SO REAL, MA, NHAN, TEN, LE_PHI, SUA)")
        database.executemany("INSERT INTO HO_SO (NAM, SO) VALUES (2018, ?)", [(value,) for value in values])
    if way == "rows":
        monkeypatch.setitem(DATABASES, "sqlite", replace(DATABASES["sqlite"], arrow=""))
    found = [row["SO"] for row in read(SqlSource(feed(system()), connection), Window())]
    assert found == [
        "9007199254740991.0", "9.00719925474099e+15", "-9.00719925474099e+15", "1.23456789012346e+17", "1.0e+16",
        "9.0e+999", "-9.0e+999",
    ]  # fmt: skip
    assert [bool(re.fullmatch(CODE_PATTERN, text)) for text in found] == [True, *[False] * 6]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2.0**53 - 1, "9007199254740991.0"), (2.0**53, "9.00719925474099e+15"), (15.983, "15.9830"),
        (Decimal("15.983"), "15.9830"), (Decimal("12.00"), "12.00"), (float("inf"), "#inf"), (float("nan"), "#nan"),
    ],
)  # fmt: skip
def test_a_number_that_a_driver_gives_as_text(value: float | Decimal, text: str) -> None:
    assert array([value, "x"], pa.string()).to_pylist() == [text, "x"]


def test_a_path_with_odd_signs_is_found(connection: Connection, tmp_path: Path) -> None:
    odd = tmp_path / "hồ sơ 100%? #1&mode=rwc.db"
    Path(connection.host).rename(odd)
    assert len(read(SqlSource(feed(system()), Connection("p01", "sqlite", host=str(odd))), Window())) == 5


def test_an_absent_file_is_not_made(tmp_path: Path) -> None:
    absent = tmp_path / "gone.db"
    with pytest.raises(SourceError, match=r"no database file gone\.db"):
        read(SqlSource(feed(system()), Connection("p01", "sqlite", host=str(absent))), Window())
    assert not absent.exists()


def test_an_unknown_type_and_a_missing_driver_are_named() -> None:
    with pytest.raises(SourceError, match=r"type 'dbase'.*mssql.*oracle"):
        open_engine("p01", Connection("p01", "dbase"), Session(5))
    with pytest.raises(SourceError, match="oracledb"):
        open_engine("p01", Connection("p01", "oracle", host="127.0.0.1"), Session(5))


@pytest.mark.parametrize(
    ("dialect", "quoted"),
    [
        (mssql.dialect(), "[dbo].[HO_SO]"),
        (oracle.dialect(), '"HO_SO"'),
        (postgresql.dialect(), '"HO_SO"'),
        (mysql.dialect(), "`HO_SO`"),
    ],
)
def test_bounds_are_bound_parameters_in_every_dialect(connection: Connection, dialect: Any, quoted: str) -> None:
    columns = [Column(name, Text()) for name in ("NAM", "SO", "MA", "NHAN")]
    relation = Table("HO_SO", MetaData(), *columns, Column("SUA", DateTime()), schema="dbo")
    compiled = SqlSource(feed(system()), connection).statement(relation, Window(SINCE, UNTIL)).compile(dialect=dialect)
    assert "2018" not in str(compiled)
    assert sorted(compiled.params.values()) == ["2018-12-27 07:00:00", "2018-12-29 00:00:00"]
    assert quoted.split(".")[-1] in str(compiled)
    whole = SqlSource(feed(system()), connection).statement(relation, Window(None, UNTIL)).compile(dialect=dialect)
    assert list(whole.params.values()) == ["2018-12-29 00:00:00"]


def test_a_whole_read_looks_up_no_record_by_an_index_and_a_night_does(connection: Connection) -> None:
    relation = Table("HO_SO", MetaData(), *(Column(name, Text()) for name in ("NAM", "SO", "MA", "NHAN", "SUA")))
    with closing(sqlite3.connect(connection.host)) as database:
        database.execute("CREATE INDEX IX_SUA ON HO_SO (SUA)")
        plans = []
        for window in (Window(None, UNTIL), Window(SINCE, UNTIL)):
            statement = SqlSource(feed(system()), connection).statement(relation, window)
            compiled = statement.compile(dialect=sqlite.dialect(paramstyle="named"))
            plans.append(str(database.execute(f"EXPLAIN QUERY PLAN {compiled}", compiled.params).fetchall()))
    assert ["IX_SUA" in plan for plan in plans] == [False, True]


def test_every_database_has_a_limit_or_says_why_not() -> None:
    assert set(DATABASES) == {"sqlite", "postgres", "mysql", "mariadb", "mssql", "oracle"}
    assert all("READ ONLY" in " ".join(DATABASES[name].on_connect) for name in ("postgres", "mysql", "mariadb"))


def test_what_a_driver_is_told_of_the_time_out() -> None:
    assert connect_arguments(DATABASES["mssql"], 7)["timeout"] == 7
    session = RawSession()
    limit_session(session, DATABASES["oracle"], Session(7))
    assert session.call_timeout == 7000


class RawSession:
    """As much of an Oracle session as is told anything."""

    call_timeout = 0

    def cursor(self) -> "RawSession":
        return self

    def close(self) -> None:
        """Nothing is open."""

    commit = close


ENDLESS = """
WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 30000000)
SELECT max(n) AS SO, '1' AS MA, '1' AS TEN, '1' AS NAM, '1' AS NHAN, '2018-12-28 10:00:00' AS SUA FROM numbers"""


@pytest.mark.parametrize("driver", ["adbc_driver_sqlite", ""], ids=["arrow", "rows"])
def test_a_statement_that_takes_too_long_is_given_up(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, driver: str
) -> None:
    monkeypatch.setitem(DATABASES, "sqlite", replace(DATABASES["sqlite"], arrow=driver))
    slow = system(query=ENDLESS, timeout_seconds=1)
    begun = time.monotonic()
    with pytest.raises(SourceError, match=r"p01.*cannot be read: not finished within 1 s \(time-out"):
        read(SqlSource(feed(slow), connection), Window())
    assert time.monotonic() - begun < 5


def test_a_key_that_is_no_code_is_not_shown() -> None:
    keys = pa.array(["HS-1", "7|x", "Nguyễn Văn A", "0912345678", "a@b.vn", "", "9" * 121, None])
    found = key_positions("HO_SO", keys).to_pylist()
    assert found[:2] == ["HO_SO HS-1", "HO_SO 7|x"]
    assert found[2:5] == [f"HO_SO with an unreadable key, number {number}" for number in (3, 4, 5)]
    assert found[5:] == [f"HO_SO with an unreadable key, number {number}" for number in (6, 7, 8)]
