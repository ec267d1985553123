"""What a build is told to compute: the records that changed since the last build that passed, or everything."""

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, at, dossier, survey
from ward_warehouse.core.settings import PROJECT_ROOT
from ward_warehouse.registry.facts import read_facts
from ward_warehouse.warehouse.build_file import open_build
from ward_warehouse.warehouse.changes import begin_build, fingerprint, finish_build, only_changes
from ward_warehouse.warehouse.duckdb import load

WARD = "chg_sql"
KINDS = {fact.record_kind for fact in read_facts(PROJECT_ROOT / "dbt_project").values()}
NEXT = NIGHT + timedelta(days=1)


@pytest.fixture(scope="module")
def loaded_once(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    """One ward with twelve dossiers and an answer, loaded; as after a build that passed."""
    district = make_district(tmp_path_factory.mktemp("changes"), {WARD: "sql"})
    district[WARD].send([dossier(str(n)) for n in range(12)], [survey("1")])
    district.play()
    bring(district)
    with open_build(district.settings) as db:
        assert noted(db) == set(), "before a first build there is nothing to compare with"
        finish_build(db, basis(district, db), "b", None)
    return district


@pytest.fixture
def district(loaded_once: District, tmp_path: Path) -> District:
    return loaded_once.copied_to(tmp_path)


@pytest.fixture
def project(district: District, tmp_path: Path) -> Path:
    """A copy of the dbt project, which a test may change."""
    copy = tmp_path / "project"
    shutil.copytree(district.settings.dbt_project_dir, copy, ignore=shutil.ignore_patterns("target", "logs"))
    return copy


def bring(district: District) -> None:
    run = district.night()
    load(run.settings, run.lake, run.registry)


def basis(district: District, db: duckdb.DuckDBPyConnection) -> str:
    return fingerprint(db, district.settings.dbt_project_dir)


def noted(db: duckdb.DuckDBPyConnection) -> set[tuple[str, str, str]]:
    return set(db.execute("FROM raw.changed_records").fetchall())


def notes_of(district: District) -> set[tuple[str, str]]:
    with open_build(district.settings) as db:
        assert only_changes(db, basis(district, db), KINDS)
        found = noted(db)
    assert {ward for _, ward, _ in found} <= {WARD}
    return {(record_kind, key) for record_kind, _, key in found}


def test_new_and_corrected_records_are_noted(district: District) -> None:
    stamp = {"source_changed_at": at(NEXT, 9)}
    district[WARD].send([dossier("new", **stamp), dossier("3", channel="postal", **stamp)], [survey("2", **stamp)])
    district.play(NEXT)
    bring(district)
    assert notes_of(district) == {("dossiers", "new"), ("dossiers", "3"), ("survey_responses", "2")}


def test_a_night_that_is_read_again_notes_what_it_had_and_what_it_has(district: District) -> None:
    district[WARD].sent[DOSSIERS] = []
    district[WARD].send([dossier("other")], [])
    district.play(full=True)
    bring(district)
    assert notes_of(district) >= {("dossiers", "other"), ("dossiers", "0"), ("dossiers", "11")}


def test_records_that_vanished_are_noted(district: District) -> None:
    district[WARD].sent[DOSSIERS].pop()
    district[WARD].send()
    district.night().reconcile_ward(WARD, [DOSSIERS], "r", district.resolve)
    bring(district)
    assert notes_of(district) == {("dossiers", "11")}


def test_what_was_noted_stays_until_a_build_has_passed(district: District) -> None:
    district[WARD].send([dossier("new", source_changed_at=at(NEXT, 9))])
    district.play(NEXT)
    bring(district)
    bring(district)
    assert notes_of(district) == {("dossiers", "new")}
    with open_build(district.settings) as db:
        finish_build(db, basis(district, db), "b", None)
        assert noted(db) == set()


def test_after_a_build_that_did_not_pass_everything_is_computed(district: District) -> None:
    with open_build(district.settings) as db:
        assert only_changes(db, basis(district, db), KINDS)
        begin_build(db)
        assert not only_changes(db, basis(district, db), KINDS)


@pytest.mark.parametrize("statement", [
    "UPDATE raw.districts SET time_zone = 'Asia/Tokyo'",
    "INSERT INTO raw.calendar BY NAME SELECT * REPLACE (DATE '2099-01-01' AS calendar_date) FROM raw.calendar LIMIT 1",
    "UPDATE raw.procedure_catalogues SET statutory_time = 99",
    "UPDATE raw.ward_record_kinds SET in_force_from = DATE '2020-01-01'",
])  # fmt: skip
def test_another_registry_or_calendar_computes_everything(district: District, statement: str) -> None:
    with open_build(district.settings) as db:
        db.execute(statement)
        assert not only_changes(db, basis(district, db), KINDS)


@pytest.mark.parametrize("name", ["dbt_project.yml", "macros/wilson.sql", "models/marts/facts/fct_dossiers.sql"])
def test_another_version_of_the_models_computes_everything(district: District, project: Path, name: str) -> None:
    with open_build(district.settings) as db:
        assert only_changes(db, fingerprint(db, project), KINDS), "where the project lies does not matter"
        (project / name).write_text((project / name).read_text("utf-8") + "\n", "utf-8")
        assert not only_changes(db, fingerprint(db, project), KINDS)


def test_a_catalogue_that_changed_computes_everything(district: District) -> None:
    """A procedure's time limit decides on dossiers that did not change."""
    with open_build(district.settings) as db:
        db.execute("INSERT INTO raw.changed_records VALUES ('procedures', 'w', '1')")
        assert not only_changes(db, basis(district, db), KINDS)
