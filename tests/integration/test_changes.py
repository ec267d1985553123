"""Every way in which a ward's records change, through real nights: nothing is missed, nothing counts twice."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.support import http_service as http
from tests.support.district import DOSSIERS, ROOT, District, Played, utc
from tests.support.records import NIGHT, Record, at, dossier
from ward_warehouse.core.nights import night_end
from ward_warehouse.lake.locks import partition_lock
from ward_warehouse.lake.store import LandedBatch, landed_path
from ward_warehouse.night.extract import Request

SQL, HTTP, FILES = "a_sql", "b_http", "c_files"
END_OF_NIGHT = night_end(NIGHT, "Asia/Ho_Chi_Minh")


def after(days: int) -> date:
    return NIGHT + timedelta(days=days)


def changed(record_id: str, moment: datetime | None, **values: Any) -> Record:
    return dossier(record_id, source_changed_at=moment, **values)


def ids(district: District, ward: str, night: date = NIGHT) -> set[str]:
    return {row["source_record_id"] for row in district.accepted(ward, night)}


def cursor(district: District, ward: str, night: date = NIGHT) -> datetime | None:
    manifest = district.manifest(ward, night)
    assert manifest is not None
    return manifest.cursor_to


def notes(played: Played, ward: str) -> str:
    return "; ".join(played.state(ward).warnings)


@pytest.mark.parametrize("ward", [SQL, HTTP])
def test_a_record_that_is_changed_late_is_read_in_the_overlap(district: District, ward: str) -> None:
    district[ward].send([changed("1", at(NIGHT, 10))])
    district.play(wards=[ward])
    district[ward].send([changed("late", at(after(-1), 11)), changed("2", at(after(1), 9))])
    played = district.play(after(1), wards=[ward])
    assert ids(district, ward, after(1)) == {"late", "2"}
    assert played.state(ward).rows_unchanged == 1


@pytest.mark.parametrize("ward", [SQL, HTTP, FILES])
def test_a_correction_wins_over_what_it_corrects(district: District, ward: str) -> None:
    district[ward].send([changed("1", at(NIGHT, 10), channel="online")])
    district.play(wards=[ward])
    district[ward].send([changed("1", at(after(1), 9), channel="postal")], night=after(1))
    district.play(after(1), wards=[ward])
    (row,) = district.accepted(ward, after(1))
    assert row["channel"] == "postal"


def test_a_clock_that_is_hours_ahead_loses_nothing_and_is_told(district: District) -> None:
    ahead = timedelta(hours=5)
    district[FILES].send([changed("1", at(NIGHT, 21) + ahead), changed("2", at(NIGHT, 9) + ahead)])
    played = district.play(wards=[FILES])
    assert ids(district, FILES) == {"1", "2"}
    assert cursor(district, FILES) == END_OF_NIGHT, "the cursor never runs ahead of the night's end"
    assert "clock is ahead" in notes(played, FILES)
    assert "clock is ahead" in played.verdict.message


def test_what_a_database_whose_clock_is_ahead_stamps_tomorrow_is_read_tomorrow(district: District) -> None:
    ahead = timedelta(hours=5)
    district[SQL].send([changed("1", at(NIGHT, 21) + ahead), changed("2", at(NIGHT, 9) + ahead)])
    district.play(wards=[SQL])
    assert ids(district, SQL) == {"2"}
    # The clock is set right: the next changes carry earlier times than the last one had.
    district[SQL].send([changed("3", at(after(1), 1))])
    district.play(after(1), wards=[SQL])
    assert ids(district, SQL, after(1)) == {"1", "3"}


def test_a_clock_that_fell_back_by_less_than_the_overlap_is_read_and_told(district: District) -> None:
    district[SQL].send([changed("1", at(NIGHT, 20))])
    district.play(wards=[SQL])
    behind = timedelta(hours=30)
    district[SQL].send([changed("2", at(after(1), 10) - behind)])
    played = district.play(after(1), wards=[SQL])
    assert ids(district, SQL, after(1)) == {"2"}
    assert "set back" in notes(played, SQL)
    assert cursor(district, SQL, after(1)) == cursor(district, SQL), "it never moves backwards"


def test_a_clock_that_fell_back_further_is_found_by_reconciling_and_mended_by_a_full_read(district: District) -> None:
    district[SQL].send([changed("1", at(NIGHT, 20))])
    district.play(wards=[SQL])
    district[SQL].send([changed("lost", at(after(-20), 10))])
    district.play(after(1), wards=[SQL])
    assert ids(district, SQL, after(1)) == set()
    ((outcome, found),) = district.night().reconcile_ward(SQL, [DOSSIERS], "run", district.resolve)
    assert found is not None
    assert found.rows_unknown == 1
    assert "never loaded" in outcome.warnings[0]
    district.play(after(1), wards=[SQL], full=True)
    assert ids(district, SQL, after(1)) == {"lost"}


def test_a_good_clock_gives_no_note(district: District) -> None:
    for days in range(3):
        district[SQL].send([changed(str(days), at(after(days), 10))])
        assert notes(district.play(after(days), wards=[SQL]), SQL) == ""
    assert notes(district.play(after(3), wards=[SQL]), SQL) == "", "a night without news is none either"


@pytest.mark.parametrize("ward", [SQL, HTTP])
def test_rows_that_share_one_cursor_value_all_come_also_across_pages(district: District, ward: str) -> None:
    many = [changed(str(n), at(NIGHT, 10)) for n in range(1203)]
    district[ward].send(many)
    district.play(wards=[ward])
    assert len(ids(district, ward)) == 1203
    # One more with the very same value, entered after the night was read.
    district[ward].send([changed("one more", at(NIGHT, 10))])
    played = district.play(after(1), wards=[ward])
    assert ids(district, ward, after(1)) == {"one more"}
    assert played.state(ward).rows_unchanged == 1203


@pytest.mark.parametrize(("ward", "unchanged"), [(SQL, 2), (FILES, 1)])
def test_records_without_a_change_time_are_told_apart_by_content(district: District, ward: str, unchanged: int) -> None:
    district[ward].send([changed("1", at(NIGHT, 10)), changed("2", None), changed("3", None)])
    district.play(wards=[ward])
    assert ids(district, ward) == {"1", "2", "3"}
    district[ward].send([changed("2", None), changed("3", None, channel="postal")], night=after(5))
    played = district.play(after(5), wards=[ward])
    assert ids(district, ward, after(5)) == {"3"}
    assert played.state(ward).rows_unchanged == unchanged


def test_records_without_a_change_time_alone_leave_the_cursor_where_it_was(district: District) -> None:
    district[SQL].send([changed("1", None)])
    district.play(wards=[SQL])
    assert cursor(district, SQL) is None
    district[SQL].send([changed("2", at(date(2010, 1, 1), 8))])
    district.play(after(1), wards=[SQL])
    assert ids(district, SQL, after(1)) == {"2"}, "without a cursor everything is read"


def test_a_system_that_is_down_for_three_nights_catches_up_on_the_fourth(district: District) -> None:
    ward = district[HTTP]
    ward.send([changed("0", at(NIGHT, 10))])
    district.play(wards=[HTTP])
    ward.http.always = http.status(403)
    for days in (1, 2, 3):
        ward.send([changed(str(days), at(after(days), 10)), changed("0", at(after(days), 11), channel="postal")])
        assert district.play(after(days), wards=[HTTP]).state(HTTP).state == "failed"
        assert district.manifest(HTTP, after(days)) is None, "missing is never zero"
    ward.http.always = None
    ward.send([changed("4", at(after(4), 10))])
    assert district.play(after(4), wards=[HTTP]).state(HTTP).state == "loaded"
    assert ids(district, HTTP, after(4)) == {"0", "1", "2", "3", "4"}
    assert cursor(district, HTTP, after(4)) == utc("2024-03-10T03:00:00")


def test_a_backfill_in_chunks_gives_what_one_window_gives(district: District) -> None:
    district[HTTP].send([changed(str(n), at(after(-n), 10)) for n in range(12)])
    asked = len(district[HTTP].http.asked)
    window = {"since": utc("2024-02-27T17:00:00"), "until": utc("2024-03-05T17:00:00")}
    district.play(wards=[HTTP], record_kinds=["dossiers"], chunk_days=3, **window)
    assert ids(district, HTTP) == {str(n) for n in range(1, 8)}
    walks = [(query["tu"], query["den"]) for _, query in district[HTTP].http.asked[asked:]]
    assert walks == [
        ("20240228000000", "20240302000000"),
        ("20240302000000", "20240305000000"),
        ("20240305000000", "20240306000000"),
    ]


def test_a_record_without_a_change_time_is_landed_once_by_a_backfill_in_chunks(district: District) -> None:
    district[SQL].send([changed("null", None), *(changed(str(n), at(after(-n), 10)) for n in range(6))])
    window = {"since": utc("2024-03-01T17:00:00"), "until": utc("2024-03-06T17:00:00")}
    played = district.play(wards=[SQL], record_kinds=["dossiers"], chunk_days=1, **window)
    assert ids(district, SQL) == {"null", "0", "1", "2", "3", "4"}
    state = played.state(SQL)
    assert (state.rows_accepted, state.rows_quarantined, state.rows_unchanged) == (6, 0, 4)


def test_a_backfill_that_breaks_in_a_later_chunk_lands_nothing(district: District) -> None:
    district[HTTP].send([changed(str(n), at(after(-n), 10)) for n in range(6)])
    whole = {"data": {"items": district[HTTP].http.records["dossiers"]}}
    district[HTTP].http.once.extend([http.body(whole), http.status(403)])
    window = {"since": utc("2024-02-29T17:00:00"), "until": utc("2024-03-06T17:00:00")}
    assert district.play(wards=[HTTP], record_kinds=["dossiers"], chunk_days=2, **window).state(HTTP).state == "failed"
    assert district.night().lake.names("landing/dossiers/b_http") == []


def test_a_backfill_keeps_what_the_night_already_had(district: District) -> None:
    district[SQL].send([changed("old", at(date(2023, 1, 5), 10)), changed("1", at(NIGHT, 10))])
    district.play(wards=[SQL])
    district[SQL].send([changed("old", at(date(2023, 1, 5), 10), channel="postal")])
    window = {"since": utc("2022-12-31T17:00:00"), "until": utc("2023-01-31T17:00:00")}
    district.play(wards=[SQL], chunk_days=10, **window)
    rows = {row["source_record_id"]: row["channel"] for row in district.accepted(SQL)}
    assert rows == {"old": "postal", "1": "online"}
    assert cursor(district, SQL) == utc("2024-03-06T03:00:00")


@pytest.mark.parametrize("ward", [SQL, HTTP, FILES])
def test_an_old_night_again_changes_no_other_night(district: District, ward: str) -> None:
    for days in range(3):
        district[ward].send([changed(str(days), at(after(days), 10))], night=after(days))
        district.play(after(days), wards=[ward])
    before = {days: (ids(district, ward, after(days)), cursor(district, ward, after(days))) for days in range(3)}
    district.play(after(1), wards=[ward])
    assert {
        days: (ids(district, ward, after(days)), cursor(district, ward, after(days))) for days in range(3)
    } == before


def test_two_runs_at_the_same_time_give_one_result_and_the_loser_says_so(district: District) -> None:
    """The second comes while the first is in the middle of its read."""
    ward = district[HTTP]
    ward.send([changed(str(n), at(NIGHT, 10)) for n in range(700)])
    arrived, go_on = threading.Event(), threading.Event()

    def wait_before_the_first_page(request: BaseHTTPRequestHandler) -> None:
        arrived.set()
        go_on.wait(20)
        http.send_json(request, {"data": {"items": ward.http.records["dossiers"][:500], "tong": 700}})

    ward.http.once.append(wait_before_the_first_page)
    first: list[Played] = []
    thread = threading.Thread(target=lambda: first.append(district.play(wards=[HTTP], record_kinds=["dossiers"])))
    thread.start()
    assert arrived.wait(20)
    second = district.play(wards=[HTTP], record_kinds=["dossiers"])
    go_on.set()
    thread.join(30)
    assert second.state(HTTP).state == "failed"
    assert "another run is at work" in (second.state(HTTP).error or "")
    assert first[0].state(HTTP).state == "loaded"
    assert len(district.accepted(HTTP)) == 700
    assert district.play(wards=[HTTP], record_kinds=["dossiers"]).state(HTTP).state == "loaded", (
        "the lock is given back"
    )


def test_a_run_that_was_killed_does_not_lock_its_ward_out(district: District) -> None:
    district[SQL].send([changed("1", at(NIGHT, 10))])
    script = (
        "import os, sys\n"
        "from datetime import date\n"
        "from ward_warehouse.core.contracts import RecordKind\n"
        "from ward_warehouse.lake.store import Lake\n"
        "from ward_warehouse.lake.locks import partition_lock\n"
        "with partition_lock(Lake(sys.argv[1]), RecordKind('dossiers'), 'a_sql', date.fromisoformat(sys.argv[2])):\n"
        "    os._exit(9)\n"
    )
    command = [sys.executable, "-c", script, district.settings.lake, str(NIGHT)]
    assert subprocess.run(command, check=False, cwd=ROOT / "plugins").returncode == 9
    lake = district.night().lake
    assert lake.names(f"locks/dossiers/a_sql/{NIGHT}") != []
    assert district.play(wards=[SQL]).state(SQL).state == "loaded"
    assert lake.names(f"locks/dossiers/a_sql/{NIGHT}") == []


def test_two_judgements_of_one_batch_give_one_partition(district: District) -> None:
    district[SQL].send([changed("1", at(NIGHT, 10))])
    run = district.night()
    plan = run.plan(Request(night=NIGHT), [SQL], ["dossiers"])
    run.extract_ward(plan, SQL, district.resolve)
    with partition_lock(run.lake, DOSSIERS, SQL, NIGHT):
        (outcome,) = run.validate(plan)
    assert outcome.status == "failed"
    assert "another run" in (outcome.error or "")
    assert run.lake.read_record(landed_path(DOSSIERS, SQL, NIGHT), LandedBatch) is not None
    (outcome,) = run.validate(plan)
    assert outcome.status == "succeeded"
    assert run.validate(plan) == []
