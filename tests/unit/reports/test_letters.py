"""The letter to a ward, and the quarantine as a person types it: short ids, counts, names that do not exist."""

import csv
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from python_calamine import CalamineWorkbook

from tests.conftest import MakeDistrict
from tests.support.district import ROOT, District
from tests.support.mornings import publish
from tests.support.records import APPLICANT, NIGHT, dossier
from ward_warehouse.cli import main
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.reports.letters.letter import letter_file
from ward_warehouse.reports.letters.mending import how_to_mend
from ward_warehouse.reports.letters.workbook import HEADINGS
from ward_warehouse.validation.suites import load_suite

UNKNOWN = "Qua mạng xã hội"
NAME = "Nguyễn Văn Khuếch"
FORMULA = "=1+1"


@pytest.fixture(scope="module")
def district(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    made = make_district(tmp_path_factory.mktemp("letters"), {"l_files": "files", "l_sql": "sql"})
    made["l_sql"].send([dossier("1")])
    made["l_files"].send(
        [
            dossier("good"),
            dossier("channel", channel=UNKNOWN),
            dossier("name", channel=NAME),
            dossier("date", received_at="31/02/2024 08:00"),
            dossier("formula", status=FORMULA),
            dossier("nothing", received_at=None, status=None),
        ]
    )
    made.play(record_kinds=["dossiers"])
    publish(made)
    return made


def invoked(district: District, *arguments: str) -> Result:
    result = CliRunner(env=district.environment).invoke(main, ["quarantine", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def listed(district: District, *arguments: str) -> dict[str, dict[str, Any]]:
    found = json.loads(invoked(district, "list", "--json", *arguments).stdout)
    return {row["source_record_id"]: row for row in found}


@pytest.fixture(scope="module")
def letter(district: District) -> Path:
    result = invoked(district, "export", "--ward", "l_files", "--for-ward", "--night", str(NIGHT), "--json")
    found = json.loads(result.stdout)
    assert found["entries"] == 5
    assert Path(found["file"]) == letter_file(district.settings, "l_files", NIGHT)
    return Path(found["file"])


def rows_of(letter: Path) -> list[dict[str, Any]]:
    rows = CalamineWorkbook.from_path(str(letter)).get_sheet_by_index(0).to_python()
    at = next(number for number, row in enumerate(rows) if list(row) == list(HEADINGS))
    return [dict(zip(HEADINGS, row, strict=True)) for row in rows[at + 1 :]]


def test_a_clerk_reads_where_what_and_how(district: District, letter: Path) -> None:
    rows = rows_of(letter)
    assert len(rows) == 6, "a line for each rule that a record broke"
    (date_row,) = [row for row in rows if row["Giá trị nhận được"] == "31/02/2024 08:00"]
    assert date_row["Tệp"] == f"ho_so_{NIGHT:%Y%m%d}.csv"
    assert date_row["Dòng"] == 5
    assert date_row["Mã hồ sơ"] == "HS-date"
    assert date_row["Cột"] == "Ngày tiếp nhận"
    assert date_row["Sai ở đâu"] == "Ngày tiếp nhận không đúng định dạng hoặc không có thật."
    assert "ngày/tháng/năm" in date_row["Cách sửa"]
    assert date_row["Mã số"] == listed(district)["date"]["entry"]
    (channel,) = [row for row in rows if row["Mã hồ sơ"] == "HS-channel"]
    assert channel["Giá trị nhận được"] == UNKNOWN
    assert "Trực tuyến" in channel["Cách sửa"], "the values that there are"
    assert [row["Giá trị nhận được"] for row in rows if row["Mã hồ sơ"] == "HS-nothing"] == ["(để trống)"] * 2


def test_no_cell_is_a_formula_a_hash_json_or_a_person(letter: Path) -> None:
    with zipfile.ZipFile(letter) as book:
        content = "".join(book.read(name).decode("utf-8") for name in book.namelist() if name.endswith(".xml"))
    assert "<f>" not in content
    assert "hyperlink" not in content
    assert not re.search("[0-9a-f]{64}", content)
    assert "{&quot;" not in content
    assert not [value for value in (*APPLICANT.values(), NAME) if value in content]


def test_a_csv_begins_with_the_mark_that_spreadsheets_look_for(district: District, tmp_path: Path) -> None:
    target = tmp_path / "all.csv"
    assert invoked(district, "export", "--output", str(target)).exit_code == 0
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["all.csv"]


def test_an_entry_is_typed_by_its_short_id(district: District) -> None:
    row = listed(district)["date"]
    assert re.fullmatch("[0-9a-f]{8}", row["entry"])
    assert (
        json.loads(invoked(district, "show", row["entry"], "--json").stdout)["quarantine_key"] == row["quarantine_key"]
    )
    assert row["entry"] in invoked(district, "list").stdout
    assert "not found" in invoked(district, "show", "00000000").stderr
    assert "not found" in invoked(district, "resolve", "00000000", "--reject", "--by", "x", "--reason", "y").stderr


def test_the_list_ends_with_counts_by_state_and_reason(district: District) -> None:
    said = invoked(district, "list", "--limit", "1").stdout
    assert "by state: 5 open" in said
    assert "2 channel_known" in said
    assert "shown: 1 of 5" in said


@pytest.mark.parametrize(
    ("option", "value", "there"),
    [
        ("--ward", "l_file", "l_files, l_sql"),
        ("--rule", "chanel_known", "channel_known"),
        ("--night", "2024-01-05", NIGHT),
    ],
)
@pytest.mark.parametrize("command", ["list", "export"])
def test_what_is_not_there_is_refused_with_what_is(
    district: District, tmp_path: Path, command: str, option: str, value: str, there: object
) -> None:
    more = ["--output", str(tmp_path / "x.csv")] if command == "export" else []
    result = invoked(district, command, option, value, *more)
    assert result.exit_code == 1
    assert f"found no such {option[2:]}, expected one of" in result.stderr
    assert str(there) in result.stderr


def test_a_letter_needs_its_ward_and_is_a_workbook(district: District, tmp_path: Path) -> None:
    assert "found no --ward" in invoked(district, "export", "--for-ward").stderr
    wrong = invoked(district, "export", "--for-ward", "--ward", "l_sql", "--output", str(tmp_path / "x.csv"))
    assert "expected .xlsx" in wrong.stderr
    assert "found no --output" in invoked(district, "export").stderr
    empty = invoked(district, "export", "--for-ward", "--ward", "l_sql", "--output", str(tmp_path / "none.xlsx"))
    assert empty.exit_code == 0
    assert rows_of(tmp_path / "none.xlsx") == []


def test_an_unknown_code_is_shown_to_whoever_extends_the_table_and_a_name_is_not(district: District) -> None:
    found = listed(district)
    assert f'"{UNKNOWN}"' in found["channel"]["received"]
    assert NAME not in json.dumps(list(found.values()), ensure_ascii=False)


@pytest.mark.parametrize("record_kind", list(RecordKind))
def test_every_rule_that_refuses_says_how_to_mend(record_kind: RecordKind) -> None:
    rules = [rule for rule in load_suite(ROOT / "expectations", record_kind).rules if rule.severity == "error"]
    assert [rule.rule for rule in rules if how_to_mend(rule.rule) == how_to_mend("a rule without a name")] == []


@pytest.mark.parametrize("limit", ["-1", "0"])
def test_a_list_of_no_lines_is_refused(district: District, limit: str) -> None:
    result = invoked(district, "list", "--limit", limit)
    assert result.exit_code == 2
    assert f"{limit} is not in the range x>=1" in result.stderr


def test_a_letter_that_cannot_be_written_is_one_line_that_says_what_to_do(district: District, tmp_path: Path) -> None:
    place = letter_file(district.settings, "l_sql", None).parent
    kept = place.rename(tmp_path / "letters") if place.is_dir() else None
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("in the way", encoding="utf-8")
    line = invoked(district, "export", "--ward", "l_sql", "--for-ward").stderr
    place.unlink()
    if kept is not None:
        kept.rename(place)
    assert f"{place / 'l_sql_open.xlsx'}: cannot be written (" in line
    assert "name a file in a folder that is there" in line
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize("name", ["x.xlsx", "x.csv", "x.json", "x.parquet"])
def test_a_folder_that_somebody_misspelt_is_not_made(district: District, tmp_path: Path, name: str) -> None:
    target = tmp_path / "nope" / name
    more = ["--for-ward"] if name == "x.xlsx" else []
    result = invoked(district, "export", "--ward", "l_sql", *more, "--output", str(target))
    assert result.exit_code == 1
    assert f"{target}: cannot be written (" in result.stderr
    assert "name a file in a folder that is there, and check its space and rights" in result.stderr
    assert not target.parent.exists()
