"""One question to the published warehouse: what may be asked, what is refused, and the files of an answer."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from python_calamine import load_workbook

from tests.support.full_disk import files_of_at_most
from tests.support.other_programs import as_calc_reads
from ward_warehouse.cli import main
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.reports import asking
from ward_warehouse.reports.asking import ask, write_answer

NAMES = ["Phường 6", "=1+1", "-2", "\x1b[31mđỏ"]


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WARD_WAREHOUSE_HOME", str(tmp_path))
    file = tmp_path / "warehouse" / "district.duckdb"
    file.parent.mkdir()
    with duckdb.connect(str(file)) as db:
        db.execute("CREATE SCHEMA marts")
        db.execute(
            "CREATE TABLE marts.t AS SELECT unnest($names) AS name, DATE '2018-11-30' AS day, "
            "TIMESTAMPTZ '2018-11-30 08:00:00+07' AS at, 0.968 AS share, true AS yes",
            {"names": NAMES},
        )
    return file


def test_a_question_is_answered(published: Path) -> None:
    assert ask(published, "from marts.t select name where name like 'P%'").to_pylist() == [{"name": "Phường 6"}]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("delete from marts.t", "read-only"),
        ("select 1; select 2", "found 2 statements, expected one"),
        ("", "found 0 statements, expected one"),
        ("selec 1", "syntax error"),
        ("select * from nothing", "nothing"),
        ("copy marts.t to '{home}/stolen.csv'", "disabled"),
        ("select * from read_csv('/etc/passwd')", "disabled"),
        ("attach '{home}/other.duckdb'", "disabled"),
        ("set enable_external_access = true", "locked"),
    ],
)
def test_what_does_more_than_read_the_warehouse_is_refused(
    published: Path, tmp_path: Path, statement: str, words: str
) -> None:
    with pytest.raises(WardWarehouseError, match=rf"^query: .*{words}"):
        ask(published, statement.format(home=tmp_path))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["warehouse"]


def test_an_answer_as_csv_opens_in_a_spreadsheet_as_text(published: Path, tmp_path: Path) -> None:
    write_answer(ask(published, "from marts.t"), tmp_path / "answer.csv")
    assert (tmp_path / "answer.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "answer.csv").open(encoding="utf-8-sig", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["name"] for row in rows] == ["Phường 6", "'=1+1", "'-2", "\\x1b[31mđỏ"]
    assert (rows[0]["day"], rows[0]["share"]) == ("2018-11-30", "0.968")


def test_an_answer_as_a_workbook_has_types(published: Path, tmp_path: Path) -> None:
    write_answer(ask(published, "from marts.t"), tmp_path / "answer.xlsx")
    head, first, formula, *_ = load_workbook(str(tmp_path / "answer.xlsx")).get_sheet_by_index(0).to_python()
    assert head == ["name", "day", "at", "share", "yes"]
    assert [first[1], first[2].isoformat(), *first[3:]] == [date(2018, 11, 30), "2018-11-30T01:00:00", 0.968, True]
    assert formula[0] == "=1+1"


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_a_spreadsheet_shows_the_answer_and_calculates_nothing(published: Path, tmp_path: Path, suffix: str) -> None:
    """LibreOffice Calc: Vietnamese text, a day, a share; what begins like a formula is text."""
    file = tmp_path / f"answer.{suffix}"
    write_answer(ask(published, "from marts.t"), file)
    head, *rows = as_calc_reads(file, tmp_path)
    mark = "'" if suffix == "csv" else ""
    assert head == ["name", "day", "at", "share", "yes"]
    assert [row[0] for row in rows] == ["Phường 6", f"{mark}=1+1", f"{mark}-2", "\\x1b[31mđỏ"]
    assert rows[0][1] == "2018-11-30"
    assert {row[3] for row in rows} == {"0.968"}


def test_an_answer_as_parquet_is_the_answer(published: Path, tmp_path: Path) -> None:
    answer = ask(published, "from marts.t")
    write_answer(answer, tmp_path / "answer.parquet")
    assert pq.read_table(tmp_path / "answer.parquet").to_pylist() == answer.to_pylist()
    assert answer["at"][0].as_py().astimezone(UTC) == datetime(2018, 11, 30, 1, tzinfo=UTC)


def test_a_division_by_zero_is_no_end_of_a_workbook(published: Path, tmp_path: Path) -> None:
    write_answer(ask(published, "select 1 / 0 as nothing, 'nan'::double as no_number, 2 as two"), tmp_path / "a.xlsx")
    rows = load_workbook(str(tmp_path / "a.xlsx")).get_sheet_by_index(0).to_python()
    assert rows[1][2] == 2


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
def test_a_full_disk_is_one_line_and_leaves_no_half_of_a_file(published: Path, tmp_path: Path, suffix: str) -> None:
    answer = ask(published, "select range as a, md5(range::varchar) as b from range(5000)")
    with files_of_at_most(20_000), pytest.raises(WardWarehouseError, match=rf"answer\.{suffix}: cannot be .*; name a"):
        write_answer(answer, tmp_path / f"answer.{suffix}")
    assert not (tmp_path / f"answer.{suffix}").exists()


def test_a_file_is_never_replaced(published: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(WardWarehouseError, match="is there already"):
        write_answer(ask(published, "select 1"), tmp_path / "mine.csv")
    assert (tmp_path / "mine.csv").read_text("utf-8") == "mine"


def test_what_no_sheet_holds_and_what_is_no_format_is_refused(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "SHEET_ROWS", 3)
    with pytest.raises(WardWarehouseError, match=r"4 rows, and a sheet holds 3; write \.parquet"):
        write_answer(ask(published, "from marts.t"), tmp_path / "answer.xlsx")
    with pytest.raises(WardWarehouseError, match=r"expected a name that ends in \.csv, \.xlsx, \.parquet"):
        write_answer(ask(published, "from marts.t"), tmp_path / "answer.ods")


@pytest.mark.usefixtures("published")
def test_the_command_prints_some_rows_and_says_how_many_there_are() -> None:
    shown = CliRunner().invoke(main, ["query", "from marts.t", "--most", "1"])
    assert "Phường 6" in shown.stdout
    assert "1 of 4 rows" in shown.stdout
    assert CliRunner().invoke(main, ["query", "--json"], input="select 1 as one").stdout == '[{"one": 1}]\n'
    refused = CliRunner().invoke(main, ["query", "drop table marts.t"])
    assert (refused.exit_code, "\n" in refused.stderr.strip()) == (1, False)
