"""One file, table or endpoint with the records of all wards: each ward takes its own, a stranger's row comes once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.night.reconcile import keys_only
from ward_warehouse.registry import Feed, Registry, load_registry
from ward_warehouse.sources import Window, open_source

NIGHT = date(2024, 3, 6)
KEY = b"a key of the tests, 32 bytes long"
HEADER = "ID,UNIT,KIND,CODE"
ROWS = [
    ("1", "P01", "ho so", "H1"),
    ("2", "phường 2", "ho so", "H2"),
    ("3", " P01 ", "nhap", "H3"),
    ("4", "P02", "", "H4"),
    ("5", "P09", "ho so", "H5"),
    ("6", "", "ho so", "H6"),
    ("7", "P03", "ho so", "H7"),
]
SYSTEM = """\
system: shared
name: {{vi: Chung, en: Shared}}
transport: {transport}
time_zone: Asia/Ho_Chi_Minh
record_kinds:
  dossiers:
    read: {read}
    key: [ID]
    {split}
    {where}
    columns: {{dossier_code: CODE, status: {{constant: received}}, channel: {{constant: online}},
      procedure_code: CODE, received_at: {{from: CODE, formats: ["%Y"]}}}}
    ignore: [KIND]
"""
DISTRICT = """\
district: quan
name: {vi: Quận, en: District}
defaults: {in_force: {from: 2018-01-01}, system: shared, connection: district}
wards:
  - {ward: p01, code: "1", name: {vi: Một, en: One}, aliases: [P01]}
  - {ward: p02, code: "2", name: {vi: Hai, en: Two}, aliases: [P02, Phường 2]}
  - {ward: p03, code: "3", name: {vi: Ba, en: Three}, aliases: [P03], in_force: {from: 2018-01-01, to: 2020-12-31}}
  - {ward: p04, code: "4", name: {vi: Bốn, en: Four}, aliases: [P04], connection: another}
"""


@pytest.fixture(params=["files", "sql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Connection]:
    folder = tmp_path / "dropped"
    folder.mkdir()
    if request.param == "files":
        lines = [HEADER, *(",".join(row) for row in ROWS)]
        (folder / "all.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return "files", Connection("district", "fs", extra={"path": str(folder)})
    with closing(sqlite3.connect(folder / "all.db")) as db, db:
        db.execute("CREATE TABLE HO_SO (ID TEXT, UNIT TEXT, KIND TEXT, CODE TEXT)")
        db.executemany("INSERT INTO HO_SO VALUES (?, ?, ?, ?)", ROWS)
    return "sql", Connection("district", "sqlite", host=str(folder / "all.db"))


def registry(folder: Path, transport: str, where: str = "", split: str = "split_by: UNIT") -> Registry:
    read = '{pattern: "*.csv"}' if transport == "files" else "{table: HO_SO}"
    system = SYSTEM.format(transport=transport, read=read, split=split, where=where)
    settings = write_registry(folder, system)
    return load_registry(settings)


def write_registry(folder: Path, system: str) -> Settings:
    for name, text in (("systems/shared.yml", system), ("wards/quan.yml", DISTRICT)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Settings(wards_dir=folder / "wards", systems_dir=folder / "systems")


def taken(feed: Feed, connection: Connection) -> dict[str, Any]:
    """The record ids that a ward takes, and whether they name it."""
    with closing(Mapper(feed, NIGHT, KEY)) as mapper:
        batches = [mapper.map(batch, []) for batch in open_source(feed, connection, {}).read(Window())]
    return {row["source_record_id"]: row["ward_stated"] for batch in batches for row in batch.to_pylist()}


def test_each_ward_takes_its_own_and_the_first_one_those_of_nobody(
    tmp_path: Path, place: tuple[str, Connection]
) -> None:
    transport, connection = place
    found = registry(tmp_path, transport).require_clean()
    by_ward = {key: taken(found.feeds(key, [RecordKind.DOSSIERS])[0], connection) for key in ("p01", "p02")}
    # P09 is unknown, 6 names nobody, and p03 was dissolved: nobody else reads their rows.
    assert by_ward == {
        "p01": {"1": "match", "3": "match", "5": "other", "6": "missing", "7": "other"},
        "p02": {"2": "match", "4": "match"},
    }


def test_a_source_of_its_own_has_its_own_strangers(tmp_path: Path, place: tuple[str, Connection]) -> None:
    found = registry(tmp_path, place[0]).require_clean()
    assert set(taken(found.feeds("p04", [RecordKind.DOSSIERS])[0], place[1])) == {row[0] for row in ROWS}


def test_rows_that_are_no_records_are_left_out(tmp_path: Path, place: tuple[str, Connection]) -> None:
    where = """where: "KIND <> 'nhap'\""""
    feed = registry(tmp_path, place[0], where).require_clean().feeds("p01", [RecordKind.DOSSIERS])[0]
    assert set(taken(feed, place[1])) == {"1", "5", "6", "7"}


def test_a_row_that_cannot_be_judged_is_a_record(tmp_path: Path, place: tuple[str, Connection]) -> None:
    where = "where: \"nullif(KIND, '') = 'ho so'\""
    feed = registry(tmp_path, place[0], where, split="").require_clean().feeds("p01", [RecordKind.DOSSIERS])[0]
    assert set(taken(feed, place[1])) == {"1", "2", "4", "5", "6", "7"}


def test_a_comparison_of_keys_sees_the_same_rows(tmp_path: Path, place: tuple[str, Connection]) -> None:
    feed = registry(tmp_path, place[0]).require_clean().feeds("p02", [RecordKind.DOSSIERS])[0]
    assert set(taken(keys_only(feed), place[1])) == {"2", "4"}


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ('where: "KIND ="', "where: system shared: expression"),
        ("where: \"getenv('HOME') = ''\"", "found getenv()"),
    ],
)
def test_a_condition_is_checked_when_it_is_loaded(tmp_path: Path, where: str, expected: str) -> None:
    problems = [str(problem) for problem in registry(tmp_path, "files", where).problems]
    assert any(expected in problem for problem in problems), problems


def test_a_split_needs_the_spellings_of_the_wards(tmp_path: Path) -> None:
    write_registry(tmp_path, SYSTEM.format(transport="files", read='{pattern: "*"}', split="split_by: UNIT", where=""))
    path = tmp_path / "wards" / "quan.yml"
    path.write_text(DISTRICT.replace("aliases: [P01]", "aliases: []"), encoding="utf-8")
    found = load_registry(Settings(wards_dir=tmp_path / "wards", systems_dir=tmp_path / "systems"))
    assert any("aliases is missing" in str(problem) for problem in found.problems)


def test_the_column_of_the_ward_may_be_mapped_by_another_one(tmp_path: Path) -> None:
    found = registry(tmp_path, "files").require_clean().feeds("p01", [RecordKind.DOSSIERS])[0]
    assert found.mapping.columns["source_ward"].from_ == "UNIT"
