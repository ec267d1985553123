"""The clock during a night: midnight, New Year or a leap day comes, or somebody sets it back; the night stays one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from tests.faults.rows import Rows, differences, rows_of
from tests.support import http_service as http
from tests.support.clock import Clock, clock
from tests.support.district import DOSSIERS, District
from tests.support.records import NIGHT, Record, at, dossier
from ward_warehouse.core.errors import SourceError
from ward_warehouse.lake.outcomes import read_run
from ward_warehouse.lake.store import Lake
from ward_warehouse.night import reading, tasks
from ward_warehouse.warehouse.duckdb import load

HANOI = timezone(timedelta(hours=7))
DAY = timedelta(days=1)


@pytest.fixture
def now() -> Iterator[Clock]:
    with clock() as made:
        yield made


@pytest.fixture
def ready(district: District, monkeypatch: pytest.MonkeyPatch) -> District:
    for name, value in district.environment.items():
        monkeypatch.setenv(name, value)
    return district


def jobs_of(ready: District, night: date, **given: Any) -> list[dict[str, Any]]:
    """The jobs of the scheduled run for a night, which is planned half an hour after it."""
    start = datetime(night.year, night.month, night.day, 0, 30, tzinfo=HANOI)
    return tasks.plan({"record_kinds": ["dossiers"], **given}, start, start + DAY, ready.resolve)


def loaded(district: District) -> Rows:
    run = district.night()
    load(run.settings, run.lake, run.registry)
    return rows_of(run.settings.build_file, ("raw",))


def taken_in(record_id: str, moment: datetime) -> Record:
    """A dossier that nothing happened to yet."""
    later = {"status": "received", "due_at": moment + 7 * DAY, "resolved_at": None, "returned_at": None}
    return dossier(record_id, received_at=moment, source_changed_at=moment, **later)


MOMENTS = {
    "midnight": (date(2024, 3, 6), datetime(2024, 3, 7, 23, 59, 59, 900_000, tzinfo=HANOI)),
    "midnight in UTC": (date(2024, 3, 6), datetime(2024, 3, 6, 23, 59, 59, 900_000, tzinfo=UTC)),
    "a year ends": (date(2024, 12, 30), datetime(2024, 12, 31, 23, 59, 59, 900_000, tzinfo=HANOI)),
    "a year ends in UTC": (date(2024, 12, 31), datetime(2024, 12, 31, 23, 59, 59, 900_000, tzinfo=UTC)),
    "a leap day begins": (date(2024, 2, 27), datetime(2024, 2, 28, 23, 59, 59, 900_000, tzinfo=HANOI)),
    "a leap day ends": (date(2024, 2, 28), datetime(2024, 2, 29, 23, 59, 59, 900_000, tzinfo=HANOI)),
    "a leap day begins in UTC": (date(2024, 2, 28), datetime(2024, 2, 28, 23, 59, 59, 900_000, tzinfo=UTC)),
}
"""The night that is played, and the last moment of a later day, which passes between one ward and the next."""


@pytest.mark.parametrize("name", MOMENTS)
def test_a_day_that_ends_in_the_middle_of_a_run_changes_nothing(ready: District, now: Clock, name: str) -> None:
    """The night is the run's, in its rows, its files and its window, and not the clock's."""
    night, moment = MOMENTS[name]
    last = at(night, 23, 59, 58)
    for ward in ready.wards.values():
        ward.send([dossier("1", night), taken_in("last", last), taken_in("next day", last + DAY)], night=night)
    now.set(moment)
    jobs = jobs_of(ready, night)
    for job in jobs:
        reading.extract(job, ready.resolve)
        now.set(moment + timedelta(seconds=1))
    tasks.validate(jobs)
    assert "3 of 3 wards loaded" in tasks.verdict(jobs).text
    lake = ready.night().lake
    for ward in ready.wards:
        assert lake.names(f"manifests/dossiers/{ward}") == [f"manifests/dossiers/{ward}/{night}.json"]
        ids = {row["source_record_id"] for row in ready.accepted(ward, night)}
        # A file stands for itself, whatever the window; what a day that has not come yet is in it breaks a rule.
        assert ids == {"1", "last"}
        assert {row["night"] for row in ready.accepted(ward, night)} == {night}
    assert {outcome.night for outcome in read_run(lake, jobs[0]["run_id"])} == {night}
    during = loaded(ready)
    now.move(timedelta(days=400))
    ready.settings.build_file.unlink()
    assert differences(loaded(ready), during) == [], "made anew from the lake in another year"


SET_BACK = {"an hour": timedelta(hours=1), "two days": 2 * DAY, "to 2010": timedelta(days=5_200)}


@pytest.mark.parametrize("name", SET_BACK)
def test_a_clock_that_is_set_back_in_the_middle_of_a_run_loses_no_ward(ready: District, now: Clock, name: str) -> None:
    """What was done after it counts, and of two attempts the later one."""
    for ward in ready.wards.values():
        ward.send([dossier("1"), dossier("2")])
    now.set(datetime(2024, 3, 7, 0, 30, tzinfo=HANOI))
    jobs = jobs_of(ready, NIGHT)
    (of_http,) = (job for job in jobs if job["wards"] == ["b_http"])
    ready["b_http"].http.always = http.status(403)
    with pytest.raises(SourceError, match="403"):
        reading.extract(of_http, ready.resolve)
    now.move(-SET_BACK[name])
    ready["b_http"].http.always = None
    for job in jobs:
        reading.extract(job, ready.resolve)
    tasks.validate(jobs)
    assert "3 of 3 wards loaded; 6 records accepted" in tasks.verdict(jobs).text
    assert len(loaded(ready)["raw.dossiers"]) == 6


def test_nights_after_a_clock_was_set_back_are_nights_like_others(district: District, now: Clock) -> None:
    """A clock that was a year ahead for one night costs the nights after it nothing: neither records nor outcomes."""
    now.set(datetime(2025, 3, 7, 0, 30, tzinfo=HANOI))
    for ward in district.wards.values():
        ward.send([dossier("1")])
    first = district.play(record_kinds=["dossiers"])
    run = district.night()
    load(run.settings, run.lake, run.registry)
    now.set(datetime(2024, 3, 8, 0, 30, tzinfo=HANOI))
    night = NIGHT + DAY
    for ward in district.wards.values():
        ward.send([dossier("2", night), dossier("1", channel="postal", source_changed_at=at(night, 9))], night=night)
    second = district.play(night, record_kinds=["dossiers"])
    assert second.verdict.missing_wards == []
    done = load(run.settings, run.lake, run.registry)
    assert (done.partitions, done.rows, done.outcomes) == (3, 6, len(second.found))
    found = rows_of(run.settings.build_file, ("raw",))
    run.settings.build_file.unlink()
    assert load(run.settings, run.lake, run.registry).outcomes == len(first.found) + len(second.found)
    assert differences(rows_of(run.settings.build_file, ("raw",)), found) == []


def test_a_lock_from_the_future_does_not_lock_its_ward_out(district: District, now: Clock) -> None:
    """Of a run on another machine that was killed while the clock was ahead."""
    district["a_sql"].send([dossier("1")])
    lake = Lake(district.settings.lake)
    ahead = datetime.now(UTC) + timedelta(days=300)
    holder = f'{{"host": "another-machine", "process": 1, "since": "{ahead.isoformat()}", "lease_seconds": 0.5}}'
    assert lake.create(f"locks/{DOSSIERS}/a_sql/{NIGHT}/000001.json", holder.encode())
    assert district.play(wards=["a_sql"], record_kinds=["dossiers"]).state("a_sql").state == "loaded"
