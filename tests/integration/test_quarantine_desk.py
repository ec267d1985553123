"""The quarantine from the command line: listed, exported, replayed, decided about, and the same after a rebuild."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from tests.support.district import ROOT, District
from tests.support.documented import Page
from tests.support.records import APPLICANT, NIGHT, dossier
from ward_warehouse.cli import main
from ward_warehouse.validation.data_docs.site import index_file

UNKNOWN = "Qua mạng xã hội"
Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def desk(make_district: Callable[..., District], tmp_path_factory: pytest.TempPathFactory) -> District:
    """A night with records that can be mended, decided about and refused, built and published."""
    district = make_district(tmp_path_factory.mktemp("desk"), {"desk_sql": "sql", "desk_files": "files"})
    district.systems_dir = district.folder / "systems_described"
    district.systems_dir.mkdir()
    for path in (ROOT / "dags" / "systems").glob("*.yml"):
        (district.systems_dir / path.name).write_bytes(path.read_bytes())
    district["desk_sql"].send([dossier("1")])
    district["desk_files"].send(
        [
            dossier("good"),
            dossier("mendable", channel=UNKNOWN),
            dossier("let_in", procedure_code="9.999001"),
            dossier("rejected", received_at=None),
            dossier("open", status="99"),
        ]
    )
    district.play(record_kinds=["dossiers"])
    run = district.night()
    run.build()
    run.publish()
    return district


@pytest.fixture
def cli(desk: District, monkeypatch: pytest.MonkeyPatch) -> Cli:
    for name, value in desk.environment.items():
        monkeypatch.setenv(name, value)

    def invoke(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        if code:
            return result.stderr
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return invoke


def states(cli: Cli) -> dict[str, str]:
    rows = cli("quarantine", "list", "--state", "all", "--json")
    return {row["source_record_id"]: row["state"] for row in rows}


def test_the_desk(desk: District, cli: Cli, tmp_path: Path) -> None:
    assert states(cli) == dict.fromkeys(["mendable", "let_in", "rejected", "open"], "open")
    keys = listed_by_ward_rule_and_night(cli)
    exported_without_a_citizen(cli, tmp_path, set(keys))
    decided = mended_and_decided(desk, cli, keys)
    assert states(cli) == decided, "without waiting for the build"
    built_with_the_decisions(desk, cli, decided)


def listed_by_ward_rule_and_night(cli: Cli) -> dict[str, str]:
    assert [r["source_record_id"] for r in cli("quarantine", "list", "--rule", "channel_known", "--json")] == [
        "mendable"
    ]
    assert len(cli("quarantine", "list", "--night", str(NIGHT), "--record-kind", "dossiers", "--json")) == 4
    assert "expected one of" in cli("quarantine", "list", "--night", "2024-03-05", code=1)
    assert cli("quarantine", "list", "--ward", "desk_sql", "--json") == []
    assert "expected a date" in cli("quarantine", "list", "--night", "yesterday", code=1)
    keys = {r["source_record_id"]: r["quarantine_key"] for r in cli("quarantine", "list", "--json")}
    shown = cli("quarantine", "show", keys["rejected"], "--json")
    (rule,) = json.loads(shown["rule_details"])
    assert (rule["rule"], rule["severity"]) == ("received_at_present", "error")
    assert rule["vi"] != rule["en"]
    return keys


def exported_without_a_citizen(cli: Cli, tmp_path: Path, ids: set[str]) -> None:
    for ending in ("csv", "json", "parquet"):
        target = tmp_path / f"for_the_ward.{ending}"
        assert cli("quarantine", "export", "--output", str(target), "--json")["entries"] == 4
        content = target.read_bytes().decode("utf-8", "replace")
        assert not [value for value in APPLICANT.values() if value in content]
    with (tmp_path / "for_the_ward.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert {row["source_record_id"] for row in csv.DictReader(handle)} == ids
    assert "expected one of .csv" in cli("quarantine", "export", "--output", str(tmp_path / "x.doc"), code=1)


def mended_and_decided(desk: District, cli: Cli, keys: dict[str, str]) -> dict[str, str]:
    path = desk.systems_dir / "mot_cua_csv.yml"
    system = yaml.safe_load(path.read_text(encoding="utf-8"))
    system["codes"]["channel"][UNKNOWN] = "online"
    path.write_text(yaml.safe_dump(system, allow_unicode=True), encoding="utf-8")
    found = cli("quarantine", "replay", "--by", "officer_1", "--json")
    assert (found["judged"], found["let_in"], found["refused"]) == (4, 1, [])
    assert found["still_broken"] == {"procedure_known": 1, "received_at_present": 1, "status_known": 1}
    cli("quarantine", "resolve", keys["let_in"], "--accept", "--by", "officer_2", "--reason", "seen on paper")
    cli("quarantine", "resolve", keys["rejected"], "--reject", "--by", "officer_3", "--reason", "a test record")
    told = cli("quarantine", "resolve", keys["rejected"], "--reject", "--by", "officer_4", "--reason", "x", code=1)
    assert "was rejected by officer_3" in told
    assert "no decision can supply" in cli(
        "quarantine", "resolve", keys["open"], "--accept", "--by", "officer_1", "--reason", "x", code=1
    )
    return {"mendable": "replayed", "let_in": "accepted", "rejected": "rejected", "open": "open"}


def built_with_the_decisions(desk: District, cli: Cli, decided: dict[str, str]) -> None:
    """The next build shows them, in the night they belong to, and one from nothing shows the same."""
    run = desk.night()
    for full_refresh in (False, True):
        run.build(full_refresh=full_refresh)
        run.publish()
        assert states(cli) == decided
        with duckdb.connect(str(desk.settings.published_file), read_only=True) as db:
            rows = db.execute(
                "SELECT source_record_id, night FROM marts.fct_dossiers WHERE ward_key = 'desk_files' ORDER BY 1"
            ).fetchall()
            by_whom = db.execute(
                "SELECT source_record_id, decided_by, decision_reason FROM audit.quarantine "
                "WHERE decided_by IS NOT NULL ORDER BY 1"
            ).fetchall()
        assert [row[0] for row in rows] == ["good", "let_in", "mendable"]
        assert by_whom == [
            ("let_in", "officer_2", "seen on paper"),
            ("mendable", "officer_1", "replayed after a correction"),
            ("rejected", "officer_3", "a test record"),
        ]
    # The registry expected nights until the end of the year: that those were not run is its exit code.
    rows = json.loads(CliRunner().invoke(main, ["status", "--json"]).stdout)
    (status,) = [r for r in rows if (r["ward"], r["record_kind"]) == ("desk_files", "dossiers")]
    assert (status["rows_read"], status["rows_accepted"], status["rows_quarantined"]) == (5, 3, 2)
    assert all(row["adds_up"] for row in rows)

    # The Data Docs
    run.document()
    docs = index_file(desk.settings).parent
    file = docs / "validations" / "dossiers" / f"{NIGHT}.html"
    page = file.read_text(encoding="utf-8")
    assert "Trạng thái không có trong bảng mã của phần mềm." in page
    assert [cell for row in Page(file).rows for cell in row if "Ward desk_files: 1 of 5" in cell]

    # Nobody's data anywhere
    for file in (desk.folder / "home").rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert not [v for v in (*APPLICANT.values(), UNKNOWN) if v.encode() in content], file


def test_numbers_that_do_not_add_up_are_not_published(desk: District) -> None:
    run = desk.night()
    run.build()
    run.publish()
    before = desk.settings.published_file.read_bytes()
    manifest = desk.manifest("desk_sql")
    assert manifest is not None
    place = f"manifests/dossiers/desk_sql/{NIGHT}.json"
    run.lake.write_record(place, manifest.model_copy(update={"rows_read": 2}))
    with pytest.raises(Exception, match="assert_partition_rows_add_up"):
        run.build()
    with pytest.raises(Exception, match="did not pass its audit"):
        run.publish()
    assert desk.settings.published_file.read_bytes() == before
    (row,) = [r for r in run.status() if (r["ward"], r["record_kind"]) == ("desk_sql", "dossiers")]
    assert not row["adds_up"]
    run.lake.write_record(place, manifest)
