"""The verdict and the status say that the published warehouse is older than the lake."""

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from tests.conftest import MakeDistrict
from tests.support.district import District
from tests.support.records import NIGHT, at, dossier
from ward_warehouse.lake.outcomes import names_since
from ward_warehouse.night import tasks
from ward_warehouse.night.behind import NOTHING
from ward_warehouse.night.extract import Request
from ward_warehouse.warehouse.duckdb import load

NIGHTS = [NIGHT + timedelta(days=n) for n in range(4)]


@pytest.fixture
def district(make_district: MakeDistrict, tmp_path: Path) -> District:
    return make_district(tmp_path, {"b_one": "sql", "b_two": "sql"})


def play(district: District, number: int) -> str | None:
    """A night of both wards; what its verdict says of the published warehouse."""
    for ward in district.wards.values():
        ward.send([dossier(f"n{number}", source_changed_at=at(NIGHTS[number], 9))], night=NIGHTS[number])
    return district.play(NIGHTS[number], record_kinds=["dossiers"]).verdict.behind


def publish(district: District) -> None:
    """What the next event of the lake does: one load, and what it knew is published."""
    run = district.night()
    load(run.settings, run.lake, run.registry)
    file = run.settings.published_file
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as db:
        db.execute(f"ATTACH '{run.settings.build_file}' AS build (READ_ONLY)")
        db.execute("CREATE SCHEMA audit")
        db.execute("CREATE TABLE audit.load_outcomes AS FROM build.raw.load_outcomes")
        db.execute("CREATE TABLE audit.partitions AS FROM build.raw.partitions")


def test_loads_that_went_by_without_a_build_are_told_until_one_build_brings_them_all(district: District) -> None:
    assert play(district, 0) is None, "its own build comes after its verdict"
    publish(district)
    assert district.night().what_is_not_published() is None
    assert play(district, 1) is None
    told = play(district, 2)
    assert told is not None
    assert told.startswith(f"the published warehouse is older than the lake: night {NIGHTS[1]}, 2 wards, committed")
    play(district, 3)
    status = district.night().what_is_not_published()
    assert status is not None
    assert f"3 nights from {NIGHTS[1]} to {NIGHTS[3]}, 2 wards" in status
    publish(district)
    assert district.night().what_is_not_published() is None
    with duckdb.connect(str(district.settings.published_file), read_only=True) as db:
        found = db.execute("SELECT DISTINCT night FROM audit.partitions ORDER BY 1").fetchall()
    assert [night for (night,) in found] == NIGHTS


def test_nights_before_the_first_build_are_told(district: District) -> None:
    assert play(district, 0) is None
    assert play(district, 1) == NOTHING
    assert district.night().what_is_not_published() == NOTHING


def test_the_task_says_it(district: District, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    play(district, 0)
    run = district.night()
    plan = run.plan(Request(night=NIGHTS[1]), None, ["dossiers"])
    run.run(plan, district.resolve)
    assert f"\n- {NOTHING}" in tasks.verdict([plan.model_dump(mode="json")]).text


def test_a_warehouse_that_cannot_be_read_costs_no_verdict(district: District) -> None:
    file = district.settings.published_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"torn" * 5_000)
    assert "cannot be opened" in str(play(district, 0))
    assert names_since(district.night().lake, "")
