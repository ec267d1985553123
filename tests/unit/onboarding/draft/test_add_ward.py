"""`wards add` on real databases and files: its drafts pass the checks, and every guess is told as one."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from tests.support.district import ROOT, District, source_columns, write_table
from tests.support.dropped_files import row, xlsx
from tests.support.records import APPLICANT, NIGHT, at, dossier, survey
from ward_warehouse.cli import main
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.onboarding.draft.guess import formats_of
from ward_warehouse.onboarding.draft.headers import CURSORS, HEADERS, KEYS, WORDS, folded

Run = Callable[..., Result]
WHO = ["--district", "mini", "--code", "00009", "--name", "Phường 9"]


@pytest.fixture
def run() -> Run:
    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, ["wards", *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> District:
    """The test district, with systems of its own so that a draft does not land in the project's."""
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    systems = tmp_path / "described"
    systems.mkdir()
    for path in (ROOT / "dags" / "systems").glob("*.yml"):
        (systems / path.name).write_bytes(path.read_bytes())
    district.systems_dir = systems
    monkeypatch.setenv("WARD_WAREHOUSE_SYSTEMS_DIR", str(systems))
    for ward in district.wards.values():
        ward.send([dossier("1"), dossier("2", resolved_at=at(NIGHT, 11))], [survey("1")])
    return district


def findings(run: Run) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("check", "--json").stdout)["findings"]
    return found


def severities(run: Run) -> set[object]:
    return {finding["severity"] for finding in findings(run)}


def test_the_table_of_headers_names_real_columns_once() -> None:
    for record_kind, columns in HEADERS.items():
        words = [word for text in columns.values() for word in text.split()]
        assert sorted(words) == sorted(set(words)), record_kind
        assert set(columns) <= set(CONTRACTS[record_kind].by_name)
        assert all(folded(word) == word for word in [*words, *KEYS[record_kind].split(), *CURSORS.split()])
    for table in WORDS.values():
        assert all(folded(code) == code for code in table)


@pytest.mark.parametrize("name", ["Ngày tiếp nhận", "NGAY_TIEP_NHAN", "NgayTiepNhan", "ngày  tiếp nhận"])
def test_accents_case_and_separators_are_folded(name: str) -> None:
    assert folded(name) == "ngaytiepnhan"
    assert folded("Đơn vị") == "donvi"


@pytest.mark.parametrize(
    ("values", "formats"),
    [
        (["06/03/2024 08:30", "07/03/2024 09:00"], ["%d/%m/%Y %H:%M"]),
        (["20240306083000"], ["%Y%m%d%H%M%S"]),
        (["2024-03-06 08:30:00", "2024-03-06"], ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d"]),
        (["hôm qua"], []),
        ([], []),
    ],
)
def test_formats_are_guessed_from_values(values: list[str], formats: list[str]) -> None:
    assert formats_of(values) == formats


def test_a_ward_of_known_software_is_one_more_entry(run: Run, ready: District) -> None:
    path = ready.wards_dir / "mini.yml"
    before = path.read_text(encoding="utf-8")
    result = run("add", "new_ward", *WHO, "--system", "igate", "--alias", "P09", "--connection", "a_sql")
    assert result.exit_code == 0, result.output
    after = path.read_text(encoding="utf-8")
    assert after.startswith(before), "what stands there stays letter by letter"
    entry = yaml.safe_load(after)["wards"][-1]
    assert (entry["ward"], entry["code"], entry["system"], entry["aliases"]) == ("new_ward", "00009", "igate", ["P09"])
    assert severities(run) <= {"hint"}
    others = {"system-unused", "ward-not-stated"}  # of the systems that this small district does not use
    assert {f["code"] for f in findings(run)} - others == {"guess"}


def test_unknown_software_is_drafted_from_its_database(run: Run, ready: District) -> None:
    result = run("add", "new_ward", *WHO, "--system", "phan_mem_moi", "--connection", "a_sql")
    assert result.exit_code == 0, result.output
    text = (ready.systems_dir / "phan_mem_moi.yml").read_text(encoding="utf-8")
    system = yaml.safe_load(text)
    dossiers = system["record_kinds"]["dossiers"]
    assert dossiers["read"] == {"table": "HO_SO"}
    assert dossiers["key"] == ["ID_HO_SO"]
    assert dossiers["cursor"] == {"column": "NGAY_CAP_NHAT", "format": "%Y-%m-%d %H:%M:%S"}
    assert dossiers["columns"]["received_at"] == {"from": "NGAY_TIEP_NHAN", "formats": ["%Y-%m-%d %H:%M:%S"]}
    assert dossiers["columns"]["applicant_name"] == "TEN_NGUOI_NOP"
    assert system["record_kinds"]["survey_responses"]["read"] == {"table": "KHAO_SAT"}
    assert severities(run) <= {"hint"}, findings(run)
    guesses = [f for f in findings(run) if f["code"] == "guess" and str(f["file"]).endswith("phan_mem_moi.yml")]
    assert len(guesses) == text.count("# guess:")
    assert len(guesses) > 30
    # An editor finds by the first line what may stand there, wherever the registry lies.
    schema = (ready.systems_dir / text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")).resolve()
    assert schema == ROOT / "schemas" / "system.schema.json"
    Draft202012Validator(json.loads(schema.read_text(encoding="utf-8"))).validate(system)


def test_a_draft_reads_the_ward_that_it_was_made_from(run: Run, ready: District) -> None:
    run("add", "new_ward", *WHO, "--system", "phan_mem_moi", "--connection", "a_sql")
    result = run("check", "--sample", "10", "--ward", "new_ward", "--json")
    assert result.exit_code == 0, result.output
    sampled = {entry["record_kind"]: entry for entry in json.loads(result.stdout)["sample"]}
    assert sampled["dossiers"]["rows"] == 2
    assert sampled["dossiers"]["error"] is None
    assert "received_at_readable" not in sampled["dossiers"]["rules"]
    assert "status_known" not in sampled["dossiers"]["rules"]


def test_unknown_software_is_drafted_from_a_sample_file(run: Run, ready: District) -> None:
    sample = ready["c_files"].folder / f"ho_so_{NIGHT:%Y%m%d}.csv"
    result = run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    assert result.exit_code == 0, result.output
    text = (ready.systems_dir / "tep_moi.yml").read_text(encoding="utf-8")
    dossiers = yaml.safe_load(text)["record_kinds"]["dossiers"]
    assert dossiers["read"] == {"pattern": "ho_so_*.csv"}
    assert dossiers["columns"]["received_at"]["formats"] == ["%d/%m/%Y %H:%M"]
    assert yaml.safe_load(text)["codes"]["status"]["Đã trả kết quả"] == "returned"
    assert {f["severity"] for f in findings(run)} <= {"hint"}, findings(run)
    assert [value for value in APPLICANT.values() if value in text] == [], "no value of a citizen is written down"


def test_a_workbook_is_drafted_and_read(
    run: Run, ready: District, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With the lines above its header that people put there."""
    folder = tmp_path / "dropped"
    folder.mkdir()
    exported = (ready["c_files"].folder / f"ho_so_{NIGHT:%Y%m%d}.csv").read_text(encoding="utf-8")
    lines = [["DANH SÁCH HỒ SƠ"], *csv.reader(io.StringIO(exported))]
    rows = "".join(row(number, *line) for number, line in enumerate(lines, 1))
    (folder / "ho_so_6.xlsx").write_bytes(xlsx(Note=row(1, "Bìa"), Sheet1=rows))
    monkeypatch.setenv("AIRFLOW_CONN_NEW_WARD", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}))
    result = run("add", "new_ward", *WHO, "--system", "excel_moi", "--sample", str(folder / "ho_so_6.xlsx"))
    assert result.exit_code == 0, result.output
    system = yaml.safe_load((ready.systems_dir / "excel_moi.yml").read_text(encoding="utf-8"))
    assert system["record_kinds"]["dossiers"]["read"] == {"pattern": "ho_so_*.xlsx"}
    assert system["codes"]["status"]["Đã trả kết quả"] == "returned"
    sampled = json.loads(run("check", "--sample", "10", "--ward", "new_ward", "--json").stdout)["sample"]
    assert [(entry["record_kind"], entry["rows"], entry["error"]) for entry in sampled] == [("dossiers", 2, None)]


def test_a_workbook_that_would_fill_the_memory_is_refused_as_the_source_refuses_it(
    run: Run, ready: District, tmp_path: Path
) -> None:
    """The reader reserves memory for every cell between the first and the last filled one."""
    sample = tmp_path / "ho_so_6.xlsx"
    sample.write_bytes(xlsx(S=row(1, "Số") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'))
    result = run("add", "new_ward", *WHO, "--system", "excel_moi", "--sample", str(sample))
    assert result.exit_code == 1
    assert "ho_so_6.xlsx: found filled cells that span more than" in result.stderr
    assert not (ready.systems_dir / "excel_moi.yml").exists()


def test_json_is_drafted_with_the_place_of_its_records(run: Run, ready: District, tmp_path: Path) -> None:
    sample = tmp_path / "ho_so_7.json"
    rows = [dict.fromkeys(source_columns("http", next(iter(CONTRACTS))), "20240306083000")]
    sample.write_text(json.dumps({"data": {"items": rows}}), encoding="utf-8")
    assert run("add", "new_ward", *WHO, "--system", "json_moi", "--sample", str(sample)).exit_code == 0
    system = yaml.safe_load((ready.systems_dir / "json_moi.yml").read_text(encoding="utf-8"))
    assert system["record_kinds"]["dossiers"]["read"] == {"pattern": "ho_so_*.json", "records": "data.items"}
    assert system["record_kinds"]["dossiers"]["key"] == ["MaHoSo"]


def test_codes_that_nobody_knows_are_counted_and_not_written_down(run: Run, ready: District) -> None:
    ready["c_files"].send([dossier("1", status="Nguyễn Thị Kiểm Thử"), dossier("2")])
    sample = ready["c_files"].folder / f"ho_so_{NIGHT:%Y%m%d}.csv"
    run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    text = (ready.systems_dir / "tep_moi.yml").read_text(encoding="utf-8")
    assert "Kiểm Thử" not in text
    assert "1 values of the sample are not translated" in text


def test_a_required_column_that_was_not_recognised_is_an_error_of_the_check(
    run: Run, ready: District, tmp_path: Path
) -> None:
    columns = ["ID_HO_SO", "SO_HO_SO", "NGAY_TIEP_NHAN", "TRANG_THAI", "CỘT LẠ"]
    database = tmp_path / "part.db"
    write_table(database, "T", columns, [])
    ready["a_sql"].database.write_bytes(database.read_bytes())
    assert run("add", "new_ward", *WHO, "--system", "phan_mem_moi", "--connection", "a_sql").exit_code == 0
    text = (ready.systems_dir / "phan_mem_moi.yml").read_text(encoding="utf-8")
    assert "# procedure_code: required" in text
    errors = {f["code"] for f in findings(run) if f["severity"] == "error"}
    assert errors == {"column-required", "system-unknown"}


def test_nothing_that_is_there_is_overwritten(run: Run, ready: District) -> None:
    files = {path: path.read_bytes() for folder in (ready.wards_dir, ready.systems_dir) for path in folder.iterdir()}
    result = run("add", "a_sql", *WHO, "--system", "igate")
    assert result.exit_code == 1
    assert "ward a_sql: stands in district mini already" in result.stderr
    (ready.systems_dir / "broken.yml").write_text("system: [\n", encoding="utf-8")
    files[ready.systems_dir / "broken.yml"] = b"system: [\n"
    result = run("add", "new_ward", *WHO, "--system", "broken", "--connection", "a_sql")
    assert result.exit_code == 1
    assert "exists already and is left as it is" in result.stderr
    now = {path: path.read_bytes() for folder in (ready.wards_dir, ready.systems_dir) for path in folder.iterdir()}
    assert now == files


def test_a_district_file_that_does_not_end_in_its_wards_is_left_alone(run: Run, ready: District) -> None:
    path = ready.wards_dir / "mini.yml"
    text = path.read_text(encoding="utf-8")
    head, wards = text.split("wards:\n")
    other = f"wards:\n{wards}{head}"
    path.write_text(other, encoding="utf-8")
    result = run("add", "new_ward", *WHO, "--system", "igate")
    assert result.exit_code == 1
    assert "add by hand" in result.stderr
    assert "- ward: new_ward" in result.stderr
    assert path.read_text(encoding="utf-8") == other


def test_a_new_district_is_begun(run: Run, ready: District) -> None:
    who = ["--district", "quan_moi", "--code", "1", "--name", "Phường 1", "--system", "igate"]
    assert "give --district-name" in run("add", "moi_p1", *who).stderr
    result = run("add", "moi_p1", *who, "--district-name", "Quận Mới")
    assert result.exit_code == 0, result.output
    assert yaml.safe_load((ready.wards_dir / "quan_moi.yml").read_text(encoding="utf-8"))["name"]["vi"] == "Quận Mới"
    assert severities(run) <= {"hint"}, findings(run)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "is empty"), (b"a,b,c\n1,2,3\n", "no table looks like"), (b"\x00\xff\x00", "no table")],
)
def test_a_sample_of_nothing_is_one_line(run: Run, ready: District, tmp_path: Path, content: bytes, said: str) -> None:
    sample = tmp_path / "sample.csv"
    sample.write_bytes(content)
    result = run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    assert result.exit_code == 1
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_a_database_that_is_no_ward_system_is_one_line(run: Run, ready: District) -> None:
    with closing(sqlite3.connect(ready["a_sql"].database)) as db, db:
        db.execute("drop table HO_SO")
        db.execute("drop table KHAO_SAT")
        db.execute("create table T (a, b)")
    result = run("add", "new_ward", *WHO, "--system", "moi", "--connection", "a_sql")
    assert result.exit_code == 1
    assert "no table looks like dossiers" in result.stderr


def test_the_people_in_place_of_a_header_are_counted_and_not_shown(run: Run, ready: District, tmp_path: Path) -> None:
    sample = tmp_path / "ho_so.csv"
    sample.write_text("Nguyễn Văn Kiểm,0912345678,Ngày nộp\nTrần Thị Thử,0987654321,x\n", encoding="utf-8")
    result = run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert "found the columns Ngày nộp and 2 columns whose names may be persons'" in said
    assert not {"Kiểm", "0912345678"} & set(result.output.replace(",", " ").split())
    sample.write_text("Nguyễn Văn Kiểm,0912345678\nx,y\n", encoding="utf-8")
    said = " ".join(run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample)).stderr.split())
    assert "found 2 columns whose names may be persons'" in said


def test_a_column_that_is_named_after_a_person_is_in_no_draft(run: Run, ready: District) -> None:
    sample = ready["c_files"].folder / f"ho_so_{NIGHT:%Y%m%d}.csv"
    first, *rest = sample.read_text(encoding="utf-8").splitlines()
    new = ["Nguyễn Văn Kiểm 0912345678", "Trần Thị Kiểm 0987654321", "Ghi chú mới", "dòng\u2028lạ"]
    lines = [f"{first},{','.join(new)}", *(f"{line},a,b,c,d" for line in rest)]
    sample.write_text("\n".join(lines) + "\n", encoding="utf-8")
    result = run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    assert result.exit_code == 0, result.output
    text = (ready.systems_dir / "tep_moi.yml").read_text(encoding="utf-8")
    assert [part for part in ("Kiểm", "0912345678", "0987654321", "\u2028") if part in text] == []
    assert "Ghi chú mới" in yaml.safe_load(text)["record_kinds"]["dossiers"]["ignore"]
    assert "# xxxxxx xxx xxxx 9999999999: a column whose name may be a person's" in text
    assert "# xxxx xxx xxxx 9999999999: a column" in text
    assert severities(run) <= {"hint"}, findings(run)


def test_what_nobody_foresaw_in_a_sample_is_one_line(
    run: Run, ready: District, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def panics(*_: object) -> None:
        raise LookupError("unknown encoding: Kiểm")

    monkeypatch.setattr("ward_warehouse.onboarding.draft.guess.best_guesses", panics)
    sample = tmp_path / "ho_so.csv"
    sample.write_text("a,b\n1,2\n", encoding="utf-8")
    before = (ready.wards_dir / "mini.yml").read_bytes()
    result = run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    assert result.exit_code == 1
    assert "system tep_moi: ho_so.csv: unexpected LookupError while looking for its columns" in result.stderr
    assert "Kiểm" not in result.output
    assert (ready.wards_dir / "mini.yml").read_bytes() == before


@pytest.mark.parametrize("content", ['[{"a": "\\ud800", "": "x"}]', "[1, 2]", '"x"', "7", "[" * 100_000, '{"a": {}}'])
def test_a_sample_of_odd_json_is_one_line(run: Run, ready: District, tmp_path: Path, content: str) -> None:
    sample = tmp_path / "ho_so.json"
    sample.write_text(content, encoding="utf-8")
    result = run("add", "new_ward", *WHO, "--system", "tep_moi", "--sample", str(sample))
    assert (result.exit_code, "Traceback" in result.output) == (1, False)
