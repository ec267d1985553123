from datetime import UTC, date, datetime
from pathlib import Path

from tests.support.district import utc
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.lake.outcomes import Outcome, append, new_id, next_id, read_night, read_run
from ward_warehouse.lake.store import Lake


def outcome(run_id: str, night: date = date(2018, 12, 27), outcome_id: str | None = None) -> Outcome:
    return Outcome(
        outcome_id=outcome_id or new_id(), run_id=run_id, night=night, step="extract", status="succeeded", ward="p01",
        record_kind=RecordKind.DOSSIERS, started_at=utc("2018-12-27T17:30:00"), finished_at=utc("2018-12-27T17:31:00"),
    )  # fmt: skip


def test_ids_sort_by_time_and_are_unique() -> None:
    ids = [new_id() for _ in range(200)]
    assert [one[:21] for one in ids] == sorted(one[:21] for one in ids)
    assert len(set(ids)) == 200
    assert ids[0].startswith(f"{datetime.now(UTC):%Y}")


def test_a_run_is_read_back_in_the_order_it_was_written(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    run, other = new_id(), new_id()
    written = [append(lake, outcome(run)) for _ in range(3)]
    append(lake, outcome(other))
    assert read_run(lake, run) == written
    assert [found.run_id for found in read_run(lake, other)] == [other]
    assert read_run(lake, new_id()) == []


def test_a_run_over_midnight_is_read_whole(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    run = "20181227T235900000000-aaaaaaaa"
    late = append(lake, outcome(run, outcome_id="20181227T235959000000-aaaaaaab"))
    early = append(lake, outcome(run, outcome_id="20181228T000001000000-aaaaaaac"))
    assert lake.folders("outcomes") == ["20181227", "20181228"]
    assert read_run(lake, run) == [late, early]


def test_an_outcome_follows_those_before_it_though_the_clock_was_set_back(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    run = "20991231T235959999998-aaaaaaaa"
    ids = [append(lake, outcome(run, outcome_id=next_id(lake, run))).outcome_id for _ in range(3)]
    assert [one[:21] for one in ids] == ["20991231T235959999999", "21000101T000000000000", "21000101T000000000001"]
    assert [found.outcome_id for found in read_run(lake, run)] == ids
    assert next_id(lake, new_id()) < run, "another run is not drawn into the future"
    assert next_id(lake, "run of somebody's own") < run


def test_a_night_holds_the_outcomes_of_all_its_runs(tmp_path: Path) -> None:
    lake = Lake(str(tmp_path))
    first, second = append(lake, outcome(new_id())), append(lake, outcome(new_id()))
    append(lake, outcome(new_id(), night=date(2018, 12, 28)))
    assert read_night(lake, date(2018, 12, 27)) == [first, second]
    assert read_night(lake, date(2018, 12, 29)) == []
