"""What the lake has committed, in schema `raw` of the build file."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.conftest import MakeDistrict
from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, at, dossier, survey
from ward_warehouse.core.errors import BuildError, LakeError
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.store import manifest_path
from ward_warehouse.warehouse.build_file import forget_build
from ward_warehouse.warehouse.duckdb import Loaded, load

LATER = date(2024, 3, 7)


@pytest.fixture(scope="module")
def played_once(make_district: MakeDistrict, tmp_path_factory: pytest.TempPathFactory) -> District:
    """Three wards with two good dossiers and a broken one each, and one answer."""
    district = make_district(tmp_path_factory.mktemp("load"), {"w_sql": "sql", "w_http": "http", "w_files": "files"})
    for ward in district.wards.values():
        ward.send([dossier("1"), dossier("2"), dossier("3", received_at=None)], [survey("1")])
    district.play()
    return district


@pytest.fixture
def played(played_once: District, tmp_path: Path) -> District:
    return played_once.copied_to(tmp_path)


def bring(district: District) -> Loaded:
    run = district.night()
    return load(run.settings, run.lake, run.registry)


def rows(district: District, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(district.settings.build_file), read_only=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        return db.execute(statement).fetchall()


def snapshot(district: District) -> dict[str, list[tuple[Any, ...]]]:
    names = [name for (name,) in rows(district, "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'raw'")]
    return {name: sorted(rows(district, f"FROM raw.{name}"), key=str) for name in names}


def test_everything_that_was_committed_is_loaded_once(played: District) -> None:
    assert bring(played) == Loaded(partitions=6, rows=9, outcomes=12)
    first = snapshot(played)
    assert {name: len(first[name]) for name in ("dossiers", "survey_responses", "quarantine", "partitions")} == {
        "dossiers": 6, "survey_responses": 3, "quarantine": 3, "partitions": 6,
    }  # fmt: skip
    assert bring(played) == Loaded(0, 0, 0)
    assert snapshot(played) == first


def test_a_night_costs_what_the_night_brought(played: District) -> None:
    bring(played)
    played["w_sql"].send([dossier("1", channel="postal", source_changed_at=at(LATER, 9))])
    played.play(LATER, wards=["w_sql"], record_kinds=["dossiers"])
    assert bring(played) == Loaded(partitions=1, rows=1, outcomes=2)
    found = rows(
        played, "SELECT night, channel FROM raw.dossiers WHERE ward_key = 'w_sql' AND source_record_id = '1' ORDER BY 1"
    )
    assert found == [(NIGHT, "online"), (LATER, "postal")]


def test_a_partition_that_was_replaced_is_loaded_again_alone(played: District) -> None:
    bring(played)
    before = snapshot(played)
    played["w_sql"].send([dossier("2", channel="postal")])
    played.play(wards=["w_sql"], record_kinds=["dossiers"])
    assert bring(played).partitions == 1
    assert len(rows(played, "FROM raw.dossiers")) == 6
    assert rows(played, "SELECT channel FROM raw.dossiers WHERE ward_key = 'w_sql' AND source_record_id = '2'") == [
        ("postal",)
    ]
    assert [row for row in snapshot(played)["dossiers"] if "w_sql" not in row] == [
        row for row in before["dossiers"] if "w_sql" not in row
    ]
    assert len(rows(played, "FROM raw.quarantine")) == 3
    assert len(rows(played, "FROM raw.partitions")) == 6


def test_loading_into_an_empty_file_gives_the_same_rows(played: District) -> None:
    bring(played)
    played["w_sql"].send([dossier("1", channel="postal", source_changed_at=at(LATER, 9))], night=LATER)
    played.play(LATER, record_kinds=["dossiers"])
    bring(played)
    step_by_step = snapshot(played)
    played.settings.build_file.unlink()
    bring(played)
    assert snapshot(played) == step_by_step


def test_reference_tables_follow_the_registry(played: District) -> None:
    bring(played)
    assert rows(played, "SELECT ward_key, unit_kind, in_force_from, in_force_to FROM raw.wards ORDER BY 1") == [
        (key, "ward", date(2024, 1, 1), date(2024, 12, 31)) for key in ("w_files", "w_http", "w_sql")
    ]
    assert rows(played, "SELECT district_code, name_en FROM raw.districts") == [("mini", "Test district")]
    assert len(rows(played, "FROM raw.ward_record_kinds")) == 6
    # An empty cell of the catalogue is unknown: neither false nor zero.
    assert rows(played, "SELECT DISTINCT statutory_time, published_web FROM raw.procedure_catalogues") == [(None, None)]
    registry = played.wards_dir / "mini.yml"
    registry.write_text(registry.read_text(encoding="utf-8").replace("Ward w_sql", "First ward"), encoding="utf-8")
    bring(played)
    assert rows(played, "SELECT name_en FROM raw.wards WHERE ward_key = 'w_sql'") == [("First ward",)]


def test_the_calendar_covers_the_years_of_the_records_and_one_on_each_side(played: District) -> None:
    bring(played)
    assert rows(played, "SELECT min(calendar_date), max(calendar_date) FROM raw.calendar") == [
        (date(2023, 1, 1), date(2025, 12, 31))
    ]


def test_times_are_instants(played: District) -> None:
    bring(played)
    types = dict(
        rows(
            played,
            "SELECT column_name, data_type FROM duckdb_columns() WHERE schema_name = 'raw' AND table_name = 'dossiers'",
        )
    )
    assert {name for name, sql_type in types.items() if sql_type == "TIMESTAMP WITH TIME ZONE"} == {
        name for name in types if name.endswith("_at")
    }
    assert {name for name, sql_type in types.items() if sql_type == "DATE"} == {
        "night", *(name for name in types if name.endswith("_date"))
    }  # fmt: skip


def test_a_missing_lake_file_is_named_and_nothing_is_loaded(played: District) -> None:
    bring(played)
    before = snapshot(played)
    played["w_sql"].send([dossier("9", source_changed_at=at(LATER, 9))])
    played.play(LATER, wards=["w_sql"], record_kinds=["dossiers"])
    manifest = played.manifest("w_sql", LATER)
    assert manifest is not None
    Path(played.night().lake.path(manifest.accepted_path)).unlink()
    with pytest.raises((BuildError, LakeError)) as caught:
        bring(played)
    assert "lake" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert snapshot(played) == before


WHAT_COUNTS = """
    SELECT 'accepted' AS side, ward_key, night, source_record_id FROM raw.accepted_records
    UNION ALL SELECT 'quarantined', ward_key, night, source_record_id FROM raw.quarantine ORDER BY ALL"""


@pytest.mark.parametrize("whole", [False, True], ids=["incremental", "whole"])
@pytest.mark.parametrize("gone", ["manifest", "accepted_path", "quarantine_path"])
def test_what_was_committed_and_is_gone_is_found_and_mended_as_the_message_says(
    played: District, gone: str, whole: bool
) -> None:
    played["w_sql"].send([dossier("9", source_changed_at=at(LATER, 9))])
    played.play(LATER, wards=["w_sql"], record_kinds=["dossiers"])
    bring(played)
    expected = rows(played, WHAT_COUNTS)
    manifest = played.manifest("w_sql", NIGHT)
    assert manifest is not None
    missing = manifest_path(DOSSIERS, "w_sql", NIGHT) if gone == "manifest" else getattr(manifest, gone)
    Path(played.night().lake.path(missing)).unlink()
    if whole:
        forget_build(played.settings.build_file)
    with pytest.raises(LakeError) as caught:
        bring(played)
    assert str(caught.value) == (
        f"w_sql dossiers night {NIGHT}: was committed, and {missing} is gone from the lake; restore it from the "
        f"backup, or read the night again: ward-warehouse run --night {NIGHT} --ward w_sql --record-kind dossiers; the "
        "published warehouse is left as it was"
    )
    played.play(NIGHT, wards=["w_sql"], record_kinds=["dossiers"])
    bring(played)
    assert rows(played, WHAT_COUNTS) == expected


def test_every_partition_that_is_gone_is_named_or_counted(played: District) -> None:
    """Also by a build that has seen none of them."""
    shutil.rmtree(played.night().lake.path("manifests"))
    with pytest.raises(LakeError) as caught:
        bring(played)
    assert str(caught.value).count("was committed") == 5
    assert "; and 1 more; " in str(caught.value)


def test_a_partition_that_was_taken_back_is_not_missed(played: District) -> None:
    """The newest word about it is of another step than its judgement."""
    bring(played)
    run = played.night()
    (judged,) = [
        one
        for one in outcomes.read_night(run.lake, NIGHT)
        if (one.ward, one.record_kind, one.step) == ("w_sql", DOSSIERS, "validate")
    ]
    taken = {"outcome_id": outcomes.new_id(), "step": "maintenance"}
    outcomes.append(run.lake, judged.model_copy(update=taken))
    run.lake.remove(manifest_path(DOSSIERS, "w_sql", NIGHT))
    bring(played)


def test_a_build_file_that_is_in_use_is_one_line(played: District) -> None:
    bring(played)
    script = "import duckdb, sys; db = duckdb.connect(sys.argv[1]); print(1, flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(played.settings.build_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    other.stdout.readline()
    try:
        with pytest.raises(BuildError, match="in use") as caught:
            bring(played)
        assert "\n" not in str(caught.value)
    finally:
        other.communicate("\n", timeout=30)


def test_tables_of_a_contract_that_changed_are_made_anew_from_the_lake(played: District) -> None:
    bring(played)
    before = snapshot(played)
    with duckdb.connect(str(played.settings.build_file)) as db:
        db.execute("ALTER TABLE raw.dossiers DROP COLUMN channel")
        db.execute("INSERT INTO raw.build_results (build_id) VALUES ('b1')")
    assert bring(played) == Loaded(partitions=6, rows=9, outcomes=0)
    after = snapshot(played)
    assert after.pop("build_results") != before.pop("build_results")
    assert after == before


def test_the_accepted_records_of_every_kind_stand_in_one_view(played: District) -> None:
    bring(played)
    found = rows(played, "SELECT record_kind, ward_key, count(*) FROM raw.accepted_records GROUP BY ALL ORDER BY ALL")
    assert found == [
        ("dossiers", "w_files", 2), ("dossiers", "w_http", 2), ("dossiers", "w_sql", 2),
        ("survey_responses", "w_files", 1), ("survey_responses", "w_http", 1), ("survey_responses", "w_sql", 1),
    ]  # fmt: skip


def register(district: District, **files: list[str]) -> None:
    """The registry's wards in a district file each."""
    mini = yaml.safe_load((district.wards_dir / "mini.yml").read_text("utf-8"))
    entries = {entry["ward"]: entry for entry in mini["wards"]}
    for name, wards in files.items():
        head = {key: value for key, value in mini.items() if key != "procedure_catalogue"} | {"district": name}
        text = yaml.safe_dump({**head, "wards": [entries[ward] for ward in wards]}, allow_unicode=True)
        (district.wards_dir / f"{name}.yml").write_text(text, encoding="utf-8")


def test_a_ward_without_an_entry_is_not_forgotten(played: District) -> None:
    bring(played)
    register(played, mini=["w_http", "w_files"])
    with pytest.raises(
        BuildError, match=r"has no valid entry for w_sql \(district mini, up to 2024-03-06\).*in_force: to"
    ):
        bring(played)
    played.settings.build_file.unlink()
    with pytest.raises(BuildError, match="w_sql"):
        bring(played)


def test_a_ward_that_follows_an_unknown_one_stops_no_build(played: District) -> None:
    """The check of the registry names it; until somebody mends it, it is no succession."""
    file = played.wards_dir / "mini.yml"
    mini = yaml.safe_load(file.read_text("utf-8"))
    mini["wards"][0]["succeeds"] = ["nowhere", mini["wards"][0]["ward"]]
    file.write_text(yaml.safe_dump(mini, allow_unicode=True), encoding="utf-8")
    bring(played)
    with duckdb.connect(str(played.settings.build_file), read_only=True) as db:
        assert db.execute("SELECT * FROM raw.ward_successions").fetchall() == []


@pytest.mark.parametrize("anew", [False, True])
def test_a_ward_that_moves_is_in_one_district(played: District, anew: bool) -> None:
    bring(played)
    if anew:
        played.settings.build_file.unlink()
    register(played, mini=["w_http", "w_files"], other=["w_sql"])
    bring(played)
    for table in ("dossiers", "survey_responses", "quarantine", "partitions", "validation_results", "load_outcomes"):
        found = set(rows(played, f"SELECT ward_key, district_code FROM raw.{table} WHERE ward_key <> ''"))  # noqa: S608
        assert found == {("w_files", "mini"), ("w_http", "mini"), ("w_sql", "other")}, table
