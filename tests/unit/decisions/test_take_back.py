"""A night that was loaded wrongly is taken back: from then on all is as if it had not been loaded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner

from tests.faults.rows import differences, rows_of
from tests.support.district import DOSSIERS, SURVEYS, District
from tests.support.records import NIGHT, dossier, survey
from ward_warehouse.cli.main import main
from ward_warehouse.core.errors import LockedError, WardWarehouseError
from ward_warehouse.decisions.take_back import take_back
from ward_warehouse.lake import outcomes
from ward_warehouse.lake.locks import partition_lock
from ward_warehouse.lake.maintenance import maintain
from ward_warehouse.lake.store import Lake, landed_path
from ward_warehouse.lake.taken_back import read_all
from ward_warehouse.warehouse.duckdb import load

WRONG = NIGHT + timedelta(days=1)
NEXT = NIGHT + timedelta(days=2)
WARDS = ("a_sql", "b_http", "c_files")


@pytest.fixture
def played(district: District) -> District:
    """Two nights of three wards, loaded; the second one is wrong."""
    for ward in district.wards.values():
        ward.send([dossier("1"), dossier("2", received_at=None)], [survey("s1")])
    district.play(NIGHT)
    for ward in district.wards.values():
        ward.send([dossier("1", WRONG, channel="postal"), dossier("3", WRONG)], [survey("s2", WRONG)], night=WRONG)
    district.play(WRONG)
    loaded(district)
    return district


def loaded(district: District) -> None:
    run = district.night()
    load(run.settings, run.lake, run.registry)


def lake_of(district: District) -> Lake:
    return Lake(district.settings.lake)


def ids(district: District, ward: str, night: date) -> set[str]:
    return {row["source_record_id"] for row in district.accepted(ward, night)}


def test_the_next_load_is_that_of_a_lake_without_the_night(played: District) -> None:
    found = take_back(lake_of(played), [], "a_sql", WRONG, "lan", "read from the wrong database")
    assert [outcome.record_kind for outcome in found] == [DOSSIERS, SURVEYS]
    loaded(played)
    kept = rows_of(played.settings.build_file, ("raw",))
    played.settings.build_file.unlink()
    loaded(played)
    assert differences(kept, rows_of(played.settings.build_file, ("raw",))) == []
    assert not [row for row in kept["raw.partitions"] if "a_sql" in row and WRONG in row]
    assert [row for row in kept["raw.partitions"] if "b_http" in row and WRONG in row]


@pytest.mark.parametrize("ward", WARDS)
def test_the_night_may_be_loaded_again(played: District, ward: str) -> None:
    before = played.manifest(ward, WRONG)
    take_back(lake_of(played), [DOSSIERS], ward, WRONG, "lan", "wrong")
    assert played.manifest(ward, WRONG) is None
    assert played.manifest(ward, WRONG, SURVEYS) is not None
    played.play(WRONG, [ward])
    again = played.manifest(ward, WRONG)
    assert before is not None
    assert again is not None
    same = {"cursor_from", "cursor_to", "files", "rows_read", "rows_accepted", "rows_unchanged"}
    assert again.model_dump(include=same) == before.model_dump(include=same)
    loaded(played)


@pytest.mark.parametrize("ward", WARDS)
def test_the_next_night_reads_on_from_the_night_before(played: District, ward: str) -> None:
    take_back(lake_of(played), [], ward, WRONG, "lan", "wrong")
    played.play(NEXT, [ward])
    assert ids(played, ward, NEXT) == {"1", "3"}


@pytest.mark.parametrize("ward", WARDS)
def test_a_night_before_the_newest_is_read_by_the_next_one(played: District, ward: str) -> None:
    """The night after it began where the wrong one ended; nobody would ever read what lies between."""
    far = NIGHT + timedelta(days=30)
    played[ward].send([dossier("4", far)], night=far)
    played.play(far, [ward])
    take_back(lake_of(played), [], ward, WRONG, "lan", "wrong")
    assert ids(played, ward, far) == {"4"}
    last = far + timedelta(days=1)
    played.play(last, [ward])
    assert ids(played, ward, last) == {"1", "3"}
    loaded(played)
    kept = rows_of(played.settings.build_file, ("raw",))
    played.settings.build_file.unlink()
    loaded(played)
    assert differences(kept, rows_of(played.settings.build_file, ("raw",))) == []


def test_who_and_why_are_kept_and_the_partition_stays_readable(played: District) -> None:
    lake, path = lake_of(played), played.manifest("a_sql", WRONG)
    assert path is not None
    take_back(lake, [DOSSIERS], "a_sql", WRONG, " lan ", "read from the wrong database")
    (decision,) = read_all(lake)
    assert (decision.taken_by, decision.reason) == ("lan", "read from the wrong database")
    assert decision.manifest == path
    maintain(played.settings, lake, datetime.now(UTC) + timedelta(days=400))
    assert {row["source_record_id"] for row in lake.read_table(path.accepted_path).to_pylist()} == {"1", "3"}
    (outcome,) = [o for o in outcomes.read_night(lake, WRONG) if o.step == "take_back"]
    assert outcome.warnings == ("taken back by lan: read from the wrong database",)
    assert lake.read_record(landed_path(DOSSIERS, "a_sql", WRONG), type(path)) is None


def test_what_was_not_loaded_is_not_taken_back(played: District) -> None:
    lake = lake_of(played)
    with pytest.raises(WardWarehouseError, match=r"a_sql all record kinds night 2024-03-08: was not loaded"):
        take_back(lake, [], "a_sql", NEXT, "lan", "wrong")
    with pytest.raises(WardWarehouseError, match=r"--(by|reason): found nothing, expected wh"):
        take_back(lake, [], "a_sql", WRONG, "lan", "  ")
    with partition_lock(lake, DOSSIERS, "a_sql", WRONG), pytest.raises(LockedError):
        take_back(lake, [DOSSIERS], "a_sql", NIGHT, "lan", "a run is at work on a night after it")
    assert list(read_all(lake)) == []


def test_one_command_takes_a_night_back(played: District, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in played.environment.items():
        monkeypatch.setenv(name, value)
    given = ["night", "take-back", "--night", str(WRONG), "--ward", "a_sql", "--by", "lan", "--reason", "wrong"]
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 0, done.output
    assert f"a_sql dossiers night {WRONG} taken back" in done.output
    assert played.manifest("a_sql", WRONG) is None
    again = CliRunner().invoke(main, [*given, "--record-kind", "dossiers"])
    assert again.exit_code == 1
    assert "was not loaded" in again.output
