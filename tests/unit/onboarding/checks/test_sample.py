"""`wards check --sample` on real ward systems: what it tells, and that it leaves nothing behind."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.support import http_service as http
from tests.support.district import District
from tests.support.records import APPLICANT, at, dossier, survey
from ward_warehouse.cli import main
from ward_warehouse.sources.files import FilesSource

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    return lambda *arguments: CliRunner().invoke(main, ["wards", "check", *arguments])


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    for ward in district.wards.values():
        ward.send([dossier("1"), dossier("2", received_at=None)], [survey("1")])
    return district


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def counts(result: Result) -> dict[tuple[str, str], dict[str, object]]:
    return {(entry["ward"], entry["record_kind"]): entry for entry in json.loads(result.stdout)["sample"]}


def codes(result: Result) -> set[str]:
    """What the sample found; what the checks of the registry find beside it is tested with them."""
    found = {finding["code"] for finding in json.loads(result.stdout)["findings"]}
    return {code for code in found if code.startswith("sample-")}


def test_a_sample_is_judged_and_nothing_is_written(run: Run, ready: District) -> None:
    before = files_of(ready.folder)
    result = run("--sample", "100", "--json")
    assert result.exit_code == 0, result.stderr
    found = counts(result)
    assert {key: (entry["rows"], entry["refused"]) for key, entry in found.items()} == {
        (ward, record_kind): ((2, 1) if record_kind == "dossiers" else (1, 0))
        for ward in ("a_sql", "b_http", "c_files")
        for record_kind in ("dossiers", "survey_responses")
    }
    assert found["a_sql", "dossiers"]["rules"] == {"received_at_present": 1}
    assert codes(result) == {"sample-refused"}
    assert files_of(ready.folder) == before
    assert [value for value in APPLICANT.values() if value in result.output] == []


def test_a_sample_has_a_limit(run: Run, ready: District) -> None:
    ready["b_http"].send([dossier(str(n)) for n in range(1200)])
    asked = len(ready["b_http"].http.asked)
    result = run("--sample", "3", "--ward", "b_http", "--json")
    assert counts(result)["b_http", "dossiers"]["rows"] == 3
    assert len(ready["b_http"].http.asked) - asked == 2, "one page of each record kind"


def test_a_refused_file_gets_no_receipt_from_a_sample(run: Run, ready: District) -> None:
    (ready["c_files"].folder / "ho_so_empty.csv").write_bytes(b"")
    result = run("--sample", "10", "--ward", "c_files", "--json")
    assert result.exit_code == 1
    assert "sample-failed" in codes(result)
    assert list(ready["c_files"].folder.glob("*.receipt.txt")) == []


def test_a_system_that_is_down_is_an_error_at_the_line_of_its_ward(run: Run, ready: District) -> None:
    ready["b_http"].http.always = http.status(403)
    result = run("--sample", "10", "--ward", "b_http", "--json")
    assert result.exit_code == 1
    (finding, _) = (f for f in json.loads(result.stdout)["findings"] if f["code"] == "sample-failed")
    lines = (ready.wards_dir / "mini.yml").read_text(encoding="utf-8").splitlines()
    assert lines[finding["line"] - 1] == "- ward: b_http"
    assert "403" in finding["found"]


def test_what_nobody_foresaw_is_an_error_of_its_ward_and_no_traceback(
    run: Run, ready: District, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panics(*_: object) -> None:
        raise LookupError("unknown encoding: Nguyễn Văn Kiểm")

    monkeypatch.setattr(FilesSource, "read", panics)
    result = run("--sample", "10", "--json")
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    failed = [f["found"] for f in json.loads(result.stdout)["findings"] if f["code"] == "sample-failed"]
    assert len(failed) == 2
    assert all("c_files" in line and "unexpected LookupError while looking at a sample" in line for line in failed)
    assert counts(result)["a_sql", "dossiers"]["rows"] == 2, "the others are looked at"
    assert "Kiểm" not in result.output


def test_a_clock_that_is_ahead_and_new_columns_are_warnings(run: Run, ready: District) -> None:
    tomorrow = (datetime.now() + timedelta(days=2)).date()  # noqa: DTZ005 - what a ward's own clock says
    ready["c_files"].send([dossier("9", source_changed_at=at(tomorrow, 8))])
    path = ready["c_files"].folder / "ho_so_20240306.csv"
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{first},Ghi chú mới", *(f"{line},x" for line in rest)]) + "\n", encoding="utf-8")
    result = run("--sample", "10", "--ward", "c_files", "--json")
    assert result.exit_code == 0
    assert codes(result) == {"sample-future", "sample-drift"}


def test_what_looks_wrong_of_a_file_is_a_warning(run: Run, ready: District) -> None:
    path = ready["c_files"].folder / "ho_so_20240306.csv"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\r\n"), encoding="utf-8")
    (path.parent / "dossiers.csv").write_text("x", encoding="utf-8")
    result = run("--sample", "10", "--ward", "c_files", "--json")
    odd = [f["found"] for f in json.loads(result.stdout)["findings"] if f["code"] == "sample-odd"]
    assert len(odd) == 3
    assert len([line for line in odd if "match no pattern and are not read (dossiers.csv)" in line]) == 2
    assert len([line for line in odd if "ho_so_20240306.csv row 3 is the last one and has no line end" in line]) == 1


def test_a_column_of_which_no_value_can_be_read_is_named(run: Run, ready: District) -> None:
    """A truth value where the code table has 1 and 0, and a format that fits nothing."""
    with closing(sqlite3.connect(ready["a_sql"].database)) as database, database:
        database.execute("update HO_SO set THANH_TOAN_TRUC_TUYEN = 'true', NGAY_HEN_TRA = '05/03/2024'")
    result = run("--sample", "10", "--ward", "a_sql", "--json")
    named = [f for f in json.loads(result.stdout)["findings"] if f["code"] == "sample-column-unreadable"]
    assert [finding["severity"] for finding in named] == ["warning", "warning"]
    lines = sorted(finding["found"].split("dossiers: ")[1] for finding in named)
    assert lines == [
        "due_at (from NGAY_HEN_TRA): none of its 2 values could be read",
        "paid_online (from THANH_TOAN_TRUC_TUYEN): none of its 2 values could be read, and its code table is flag",
    ]
    with closing(sqlite3.connect(ready["a_sql"].database)) as database, database:
        database.execute(
            "update HO_SO set THANH_TOAN_TRUC_TUYEN = '1', NGAY_HEN_TRA = '2024-03-20' where ID_HO_SO = '1'"
        )
        database.execute("update HO_SO set NGAY_HEN_TRA = '2024-03-20 10:00:00' where ID_HO_SO = '1'")
    result = run("--sample", "10", "--ward", "a_sql", "--json")
    assert "sample-column-unreadable" not in codes(result), "one value that is read tells that the mapping fits"


def test_an_empty_system_is_a_sample_of_nothing(run: Run, ready: District) -> None:
    ward = ready["a_sql"]
    for records in ward.sent.values():
        records.clear()
    ward.send()
    result = run("--sample", "10", "--ward", "a_sql")
    assert result.exit_code == 0, result.output
    assert "no error" in result.stdout
    assert "sample-" not in result.stdout


def test_an_unknown_ward_is_one_line(run: Run, ready: District) -> None:
    result = run("--sample", "10", "--ward", "nobody")
    assert result.exit_code == 1
    assert "nobody: no valid entry" in result.stderr


def test_the_table_of_checks_can_be_listed(run: Run) -> None:
    listed = json.loads(run("--list", "--json").stdout)
    assert len(listed) >= 60
    assert set(listed[0]) == {"code", "severity", "reason", "do"}
    assert "cursor-not-sortable" in run("--list").stdout


def test_a_key_of_identity_numbers_is_said(run: Run, ready: District) -> None:
    ready["a_sql"].send([dossier("079088000012"), dossier("0971 007 919"), dossier("BN-7")])
    result = run("--sample", "50", "--ward", "a_sql", "--json")
    assert "sample-key-personal" in codes(result)
    (found,) = [f for f in json.loads(result.stdout)["findings"] if f["code"] == "sample-key-personal"]
    assert "2 of 5 keys (ID_HO_SO)" in found["found"]
    assert "hashed" in found["do"]
    assert "0790" not in result.output


def test_records_from_before_a_ward_was_in_force_are_a_warning(run: Run, ready: District) -> None:
    ready["c_files"].send([dossier("9", received_at=at(date(2023, 12, 29), 8))])
    result = run("--sample", "10", "--ward", "c_files", "--json")
    (finding,) = (f for f in json.loads(result.stdout)["findings"] if f["code"] == "sample-no-period")
    assert "1 of 1 records are older than 2024-01-01" in finding["found"]


def test_a_ward_with_records_that_lost_its_entry_is_an_error(run: Run, ready: District) -> None:
    ready.play(wards=["c_files"])
    file = ready.wards_dir / "mini.yml"
    registry = yaml.safe_load(file.read_text("utf-8"))
    registry["wards"] = [entry for entry in registry["wards"] if entry["ward"] != "c_files"]
    file.write_text(yaml.safe_dump(registry, allow_unicode=True), encoding="utf-8")
    result = run("--json")
    (finding,) = (f for f in json.loads(result.stdout)["findings"] if f["code"] == "ward-lost")
    assert result.exit_code != 0
    assert "c_files" in finding["found"]
