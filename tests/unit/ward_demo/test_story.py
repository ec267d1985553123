from collections import Counter
from datetime import date

import numpy as np
import pandas as pd
import pytest

from ward_demo.generate import Records
from ward_demo.story import (
    BROKEN_EXPORT,
    DOWN,
    INVENTED_FAULTS,
    REAL_FAULTS,
    broken_rows,
    expected_after,
    headline_figures,
    records_as_of,
)

HISTORY, FIRST, SECOND = date(2018, 12, 26), date(2018, 12, 27), date(2018, 12, 28)
GOLDEN = {"received": 60_000, "online": 16_800, "saturday": 15_983, "votes": 32_650, "satisfied": 31_997}
KEY = ["ward_key", "record_id"]
DOWN_WARD, BROKEN_WARD = "quan_11_p07", "quan_11_p14"


def of_ward(frame: pd.DataFrame, ward: str) -> pd.DataFrame:
    return frame[frame["ward_key"] == ward].set_index("record_id")


def test_nothing_of_the_future_is_seen(quan_11: Records) -> None:
    end = np.datetime64("2018-05-10")
    seen = records_as_of(quan_11, date(2018, 5, 9))
    assert 15_000 < len(seen.dossiers) < 25_000
    times = [c for c in seen.dossiers if c.endswith("_at") and c not in ("due_at", "repromised_due_at")]
    for column in set(times) - {"resolution_entered_at", "resent_at"}:
        assert not (seen.dossiers[column] >= end).any(), column
    assert (seen.survey_responses["changed_at"] < end).all()
    assert seen.dossiers["changed_at"].notna().all()
    assert (seen.dossiers["apology_at"].notna() == seen.dossiers["repromised_due_at"].notna()).all()


def test_status_follows_the_entries(history: Records) -> None:
    dossiers = history.dossiers
    by_status = dict(iter(dossiers.groupby("status")))
    assert set(by_status) >= {"returned", "resolved", "in_process", "withdrawn", "stopped", "supplement_requested"}
    assert by_status["returned"]["returned_at"].notna().all()
    assert by_status["resolved"]["resolved_at"].notna().all()
    assert by_status["resolved"]["returned_at"].isna().all()
    assert by_status["supplement_requested"]["supplement_received_at"].isna().all()
    for word in ("withdrawn", "stopped"):
        assert by_status[word]["stopped_at"].notna().all()
        assert by_status[word]["resolved_at"].isna().all()
    assert by_status["in_process"][["resolved_at", "stopped_at", "returned_at"]].isna().all(axis=None)


def test_change_times_only_grow(history: Records, first_night: Records, second_night: Records) -> None:
    for before, after in ((history, first_night), (first_night, second_night)):
        both = before.dossiers.merge(after.dossiers, on=KEY, suffixes=("", "_after"))
        assert len(both) == len(before.dossiers)
        assert (both["changed_at_after"] >= both["changed_at"]).all()
        # What looks different says that it changed: a cursor finds it.
        differs = (both["status"] != both["status_after"]) | (both["resolved_at"] != both["resolved_at_after"])
        differs &= ~(
            both["resolved_at"].isna() & both["resolved_at_after"].isna() & (both["status"] == both["status_after"])
        )
        assert (both["changed_at_after"] > both["changed_at"])[differs].all()


def test_the_story_of_the_first_night(first_night: Records) -> None:
    assert DOWN[FIRST] == {DOWN_WARD}
    assert BROKEN_EXPORT == {FIRST: BROKEN_WARD}
    rows = broken_rows(first_night, FIRST)
    assert len(rows) == len(REAL_FAULTS) + len(INVENTED_FAULTS) == 21
    assert {row.record["ward_key"] for row in rows} == {BROKEN_WARD}
    assert set(Counter(row.fault.kind for row in rows)) == {
        "missing_id",
        "missing_reception_date",
        "end_before_start",
        "impossible_date",
        "foreign_date",
        "unknown_status",
        "unknown_channel",
        "unknown_procedure",
        "wrong_ward",
        "repeated_id",
    }
    real = [row.record["record_id"] for row in rows if row.real]
    assert len(set(real)) == len(real) == len(REAL_FAULTS)
    assert set(real) <= set(of_ward(first_night.dossiers, BROKEN_WARD).index)
    invented = [row.record["record_id"] for row in rows if not row.real]
    assert not set(invented) & set(first_night.dossiers["record_id"])
    for row in rows:
        if row.fault.kind == "end_before_start":
            assert pd.notna(row.record["resolved_at"])


@pytest.mark.parametrize("night", [HISTORY, SECOND])
def test_other_nights_have_no_broken_rows(quan_11: Records, night: date) -> None:
    assert broken_rows(records_as_of(quan_11, night), night) == []
    assert night not in DOWN


def test_the_ward_is_back_with_late_corrections_to_old_dossiers(history: Records, second_night: Records) -> None:
    before, after = of_ward(history.dossiers, DOWN_WARD), of_ward(second_night.dossiers, DOWN_WARD)
    both = before.join(after, suffixes=("", "_after"))
    resolved = both["resolved_at"].isna() & both["resolved_at_after"].notna()
    late_saturdays = both[resolved & (both["resolved_at_after"].dt.day_of_week == 5)]
    assert len(late_saturdays) == 12
    assert (late_saturdays["resolved_at_after"].dt.strftime("%m-%d") == "12-22").sum() == 6
    assert (late_saturdays["changed_at_after"] >= "2018-12-27").all()
    misfiled = both[(both["status"] == "stopped") & both["resolved_at_after"].notna()]
    assert len(misfiled) == 8
    assert (misfiled["stopped_at"] == misfiled["resolved_at_after"]).all()
    assert misfiled["stopped_at_after"].isna().all()
    assert misfiled["status_after"].isin(["resolved", "returned"]).all()
    assert len(after) > len(before) + 10


def test_broken_real_records_are_sent_again_on_the_second_night(first_night: Records, second_night: Records) -> None:
    ids = [row.record["record_id"] for row in broken_rows(first_night, FIRST) if row.real]
    again = of_ward(second_night.dossiers, BROKEN_WARD).loc[ids]
    assert (again["changed_at"] >= "2018-12-28").all()
    assert (of_ward(first_night.dossiers, BROKEN_WARD).loc[ids]["changed_at"] < "2018-12-28").all()


def test_golden_after_the_second_night_and_visibly_incomplete_after_the_first() -> None:
    final = headline_figures(expected_after("quan_11", SECOND))
    assert {name: final[name] for name in GOLDEN} == GOLDEN
    first = headline_figures(expected_after("quan_11", FIRST))
    assert all(first[name] < final[name] for name in GOLDEN)
    assert first["saturday"] == 15_983 - 12


def test_expected_after_the_first_night_lacks_the_down_ward_and_the_broken_records(
    history: Records, first_night: Records
) -> None:
    expected = expected_after("quan_11", FIRST)
    pd.testing.assert_frame_equal(
        of_ward(expected.dossiers, DOWN_WARD), of_ward(history.dossiers, DOWN_WARD), check_dtype=False
    )
    absent = set(of_ward(first_night.dossiers, BROKEN_WARD).index) - set(of_ward(expected.dossiers, BROKEN_WARD).index)
    rows = broken_rows(first_night, FIRST)
    assert absent == {row.record["record_id"] for row in rows if row.real and not row.fault.sent_twice}


def test_thanh_xuan_is_complete_on_its_only_night(thanh_xuan: Records) -> None:
    figures = headline_figures(expected_after("thanh_xuan", date(2016, 6, 30)))
    assert figures["received"] == 49_106 + 3_430
    assert figures["open"] == 92
    assert set(records_as_of(thanh_xuan, date(2016, 6, 30)).dossiers["status"]) == {
        "received",
        "in_process",
        "resolved",
        "returned",
    }
