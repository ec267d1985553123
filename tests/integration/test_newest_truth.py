"""What the mart says of a record is what its source says, whatever became of clocks, backups and change times."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, ROOT, District, csv_bytes, rules_of, source_columns
from tests.support.records import NIGHT, Record, at, dossier
from ward_warehouse.warehouse.duckdb import load

WARDS = ("truth_sql", "truth_http", "truth_files")
CASES = ROOT / "tests" / "fixtures" / "files"
DAY = timedelta(days=1)
LAST = NIGHT + 3 * DAY


def in_process(record_id: str, **values: Any) -> Record:
    """A dossier that is worked on."""
    worked_on = {"status": "in_process", "resolved_at": None, "returned_at": None, "source_changed_at": at(NIGHT, 10)}
    return dossier(record_id, **{**worked_on, **values})


def ended(record_id: str, **values: Any) -> Record:
    """The same, ended on the second night."""
    day = NIGHT + DAY
    end = {"resolved_at": at(day, 9), "returned_at": at(day, 10), "source_changed_at": at(day, 10)}
    return dossier(record_id, **{**end, **values})


FIRST = [
    ended("reopened", source_changed_at=at(NIGHT, 10), resolved_at=at(NIGHT, 9), returned_at=at(NIGHT, 9)),
    in_process("wrong year", source_changed_at=at(date(2062, 3, 6), 10)),
    in_process("backup"),
    in_process("clock-set-back"),
    in_process("after-the-backup"),
]
SECOND = [
    in_process("reopened", source_changed_at=at(NIGHT + DAY, 10)),
    ended("wrong year"),
    ended("backup"),
    # Further back than a night reads again.
    ended("clock-set-back", source_changed_at=at(NIGHT - 30 * DAY, 10)),
    ended("after-the-backup"),
]
RESTORED = [in_process("backup"), in_process("after-the-backup")]
"""What the source says on the third night, which reads it whole."""
FOURTH = [dossier("after-the-backup", source_changed_at=at(LAST, 9), status="stopped", stopped_at=at(LAST, 9))]

SAID = {
    "reopened": "in_process",
    "wrong year": "returned",
    "backup": "in_process",
    "clock-set-back": "returned",
    "after-the-backup": "stopped",
}


@pytest.fixture(scope="module")
def played(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Four nights and their mart; the third reads with `full` after the systems were restored from a backup."""
    record_kinds = dict(zip(WARDS, ("sql", "http", "files"), strict=True))
    district = make_district(tmp_path_factory.mktemp("truth"), record_kinds)
    for number, records in enumerate((FIRST, SECOND, RESTORED, FOURTH)):
        night = NIGHT + number * DAY
        for ward in district.wards.values():
            if ward.transport == "http":
                ward.http.knows_windows = number != 0  # what is dated ahead comes from a server that ignores `until`
            if ward.transport == "files" and number == 2:
                for path in ward.folder.glob("ho_so_*"):
                    path.unlink()
                records = [*records, ended("clock-set-back", source_changed_at=at(NIGHT - 30 * DAY, 10))]
            ward.send(records, night=night)
        found = district.play(night, record_kinds=["dossiers"], full=number == 2)
        assert found.verdict.missing_wards == [], found.verdict.message
    make_mart(district)
    return district


def make_mart(district: District) -> None:
    """The mart of dossiers and what it is made from, of all nights; the rest of a build says nothing of versions."""
    run = district.night()
    load(run.settings, run.lake, run.registry)
    project = ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project")]
    home = district.settings.home
    command = [
        sys.executable,
        "-m",
        "dbt.cli.main",
        "--no-version-check",
        "build",
        "--select",
        "+fct_dossiers",
        *project,
    ]
    command += ["--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"]
    environment = {
        **os.environ,
        "WARD_WAREHOUSE_BUILD_DB": str(district.settings.build_file),
        "DBT_LOG_PATH": str(home / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    target = ["--target-path", str(home / "target")]
    done = subprocess.run([*command, *target], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def said(district: District, ward: str) -> dict[str, str]:
    with duckdb.connect(str(district.settings.build_file), read_only=True) as db:
        rows = db.execute(
            "SELECT source_record_id, status FROM marts.fct_dossiers WHERE ward_key = $ward", {"ward": ward}
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize("ward", WARDS)
def test_the_mart_says_what_the_source_says(played: District, ward: str) -> None:
    assert said(played, ward) == SAID


@pytest.mark.parametrize("ward", WARDS)
def test_a_change_time_in_the_future_is_counted(played: District, ward: str) -> None:
    manifest = played.manifest(ward)
    assert manifest is not None
    broken = {result.rule: (result.severity, result.rows_broken) for result in manifest.rules if result.rows_broken}
    assert broken == {"change_time_not_in_future": ("warning", 1)}
    assert manifest.cursor_to is not None
    assert manifest.night_ends_at is not None
    assert manifest.cursor_to < manifest.night_ends_at


def test_what_the_source_gives_again_is_not_landed_again(played: District) -> None:
    """A record that is dated ahead is read every night; the lake holds it once."""
    district = played
    district["truth_sql"].send([in_process("wrong-year-again", source_changed_at=at(date(2062, 3, 6), 10))])
    nights = [LAST + number * DAY for number in (1, 2, 20)]
    counts = []
    for night in nights:
        district.play(night, ["truth_sql"], ["dossiers"])
        manifest = district.manifest("truth_sql", night)
        assert manifest is not None
        counts.append(manifest.rows_accepted)
    assert counts == [1, 0, 0]


def test_an_unreadable_change_time_is_a_broken_rule_of_its_own(district: District) -> None:
    """`13/03/2024 9:00:00 SA`: a correction that would rank below what it corrects waits for a person."""
    folder = district["c_files"].folder
    nights = [NIGHT + 5 * DAY, NIGHT + 7 * DAY]
    for night, name in zip(nights, ("10a_night1", "10b_night2_change_time_SA"), strict=True):
        with (CASES / f"ho_so_{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            rows: list[dict[str, str | None]] = [{**row, "Đơn vị": "H29.c_files"} for row in csv.DictReader(file)]
        (folder / f"ho_so_{night:%Y%m%d}.csv").write_bytes(csv_bytes(source_columns("files", DOSSIERS), rows))
        district.play(night, ["c_files"], ["dossiers"])
    assert {row["source_record_id"] for row in district.accepted("c_files", nights[0])} == {"BN-1", "BN-2"}
    assert district.accepted("c_files", nights[1]) == []
    entries = district.quarantined("c_files", nights[1])
    assert {entry["source_record_id"]: rules_of(entry) for entry in entries} == {
        "BN-1": {"change_time_readable"},
        "BN-3": {"change_time_readable"},
    }


def test_a_ward_that_catches_up_takes_the_newest_version(district: District) -> None:
    """The older ones are what the nights it missed would have brought, and nobody has to look at them."""
    ward = district["c_files"]
    for number in range(3):
        night = NIGHT + number * DAY
        ward.send(
            [
                in_process("1", source_changed_at=at(night, 10), channel=("postal", "online", "in_person")[number]),
                in_process("copied", source_changed_at=at(NIGHT, 9)),
            ],
            night=night,
        )
    last = NIGHT + 2 * DAY
    found = district.play(last, ["c_files"], ["dossiers"])
    manifest = district.manifest("c_files", last)
    assert manifest is not None
    assert (manifest.rows_read, manifest.rows_accepted, manifest.rows_quarantined, manifest.rows_unchanged) == (
        6,
        2,
        0,
        4,
    )
    assert [row["channel"] for row in district.accepted("c_files", last) if row["source_record_id"] == "1"] == [
        "in_person"
    ]
    assert found.state("c_files").rows_unchanged == 4


def test_versions_of_several_nights_in_one_file(district: District) -> None:
    """A list of changes that was fetched late; two rows of one night's file still contradict each other."""
    ward = district["c_files"]
    last = NIGHT + 2 * DAY
    records = [
        in_process("1", source_changed_at=at(NIGHT, 10)),
        in_process("1", source_changed_at=at(NIGHT + DAY, 10), channel="postal"),
        in_process("1", source_changed_at=at(last, 9), channel="in_person"),
        ended("1", source_changed_at=at(last, 10)),
    ]
    ward.send(records, night=last)
    district.play(last, ["c_files"], ["dossiers"])
    manifest = district.manifest("c_files", last)
    assert manifest is not None
    assert (manifest.rows_accepted, manifest.rows_quarantined, manifest.rows_unchanged) == (1, 1, 2)
    (entry,) = district.quarantined("c_files", last)
    assert rules_of(entry) == {"record_id_once"}
    assert '"Hình thức nộp":"Trực tiếp"' in entry["received"]
    assert district.accepted("c_files", last)[0]["status"] == "returned"


def test_an_older_version_that_does_not_count_is_told(district: District) -> None:
    ward = district["a_sql"]
    ward.send([ended("1", source_changed_at=at(NIGHT, 10)), in_process("2")])
    district.play(NIGHT, ["a_sql"], ["dossiers"])
    ward.send([in_process("1", source_changed_at=at(NIGHT, 9)), ended("2")])
    found = district.play(NIGHT + DAY, ["a_sql"], ["dossiers"])
    (note,) = found.state("a_sql").warnings
    assert note.startswith("1 records say that they changed before the version that is known of them")
    assert "`full`" in note
    assert district.play(NIGHT + DAY, ["a_sql"], ["dossiers"], full=True).state("a_sql").warnings == ()
