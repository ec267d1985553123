from datetime import date, timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ward_warehouse.core.calendar import CALENDAR_SCHEMA, Override, read_overrides, working_calendar
from ward_warehouse.core.errors import SettingsError

CALENDAR = working_calendar("VN", 2016, 2025, [])
BY_DAY = {row["calendar_date"]: row for row in CALENDAR.to_pylist()}


def day(text: str) -> dict[str, object]:
    return BY_DAY[date.fromisoformat(text)]


def test_one_row_a_day() -> None:
    assert CALENDAR.schema == CALENDAR_SCHEMA
    days = CALENDAR["calendar_date"].to_pylist()
    assert days == [date(2016, 1, 1) + timedelta(days=n) for n in range(len(days))]
    assert days[-1] == date(2025, 12, 31)


# The nights on which the offices were closed: decisions of the government on Tết and the national holidays.
OFF = {
    "Tết 2018": [f"2018-02-{n:02d}" for n in range(14, 21)],
    "Tết 2019": [f"2019-02-{n:02d}" for n in range(2, 11)],
    "Tết 2025": [f"2025-01-{n:02d}" for n in range(25, 32)] + ["2025-02-01", "2025-02-02"],
    "Hùng Kings 2018": ["2018-04-25"],
    "Reunification and Labour Day 2018": ["2018-04-30", "2018-05-01"],
    "bridge day of April 2019": ["2019-04-29", "2019-04-30", "2019-05-01"],
    "National Day 2018": ["2018-09-03"],
    "bridge day of December 2018": ["2018-12-31", "2019-01-01"],
}
WORKED = {
    "make-up Saturday of April 2019": "2019-05-04",
    "make-up Saturday of New Year 2019": "2019-01-05",
}


@pytest.mark.parametrize("text", [text for days in OFF.values() for text in days])
def test_days_off(text: str) -> None:
    assert not day(text)["is_working_day"], day(text)


@pytest.mark.parametrize("text", WORKED.values(), ids=WORKED)
def test_make_up_days_are_worked(text: str) -> None:
    assert date.fromisoformat(text).weekday() == 5
    assert day(text)["is_working_day"]
    assert day(text)["is_make_up_day"]
    assert not day(text)["is_public_holiday"]


@pytest.mark.parametrize(
    "text",
    ["2018-12-26", "2018-12-27", "2018-02-13", "2018-02-21", "2019-02-11", "2019-05-02", "2025-01-24", "2025-02-03"],
)
def test_days_around_the_holidays_are_worked(text: str) -> None:
    assert day(text)["is_working_day"]
    assert not day(text)["is_make_up_day"]


@pytest.mark.parametrize("text", ["2018-12-22", "2018-12-23", "2019-05-05"])
def test_weekends_are_off_and_no_holidays(text: str) -> None:
    assert not day(text)["is_working_day"]
    assert not day(text)["is_public_holiday"]
    assert day(text)["holiday_name"] is None


def test_a_holiday_has_a_name() -> None:
    assert day("2018-09-02")["is_public_holiday"]
    assert day("2018-09-02")["holiday_name"]


@settings(max_examples=80, deadline=None)
@given(st.dates(date(2016, 1, 1), date(2019, 12, 31)), st.dates(date(2016, 1, 1), date(2019, 12, 31)))
def test_working_days_between_two_dates_are_the_difference_of_their_numbers(first: date, last: date) -> None:
    first, last = sorted((first, last))
    counted = sum(bool(BY_DAY[first + timedelta(days=n)]["is_working_day"]) for n in range(1, (last - first).days + 1))
    assert BY_DAY[last]["working_day_number"] - BY_DAY[first]["working_day_number"] == counted


def test_the_number_starts_with_the_first_row() -> None:
    assert day("2016-01-01")["working_day_number"] == 0  # a holiday
    assert day("2016-01-04")["working_day_number"] == 1
    assert pc.sum(CALENDAR["is_working_day"]).as_py() == day("2025-12-31")["working_day_number"]


def test_a_year_does_not_depend_on_the_years_around_it() -> None:
    alone = working_calendar("VN", 2019, 2019, []).to_pylist()
    for row in alone:
        same = BY_DAY[row["calendar_date"]]
        assert {k: v for k, v in row.items() if k != "working_day_number"} == {
            k: v for k, v in same.items() if k != "working_day_number"
        }


def test_an_override_takes_a_working_day_away() -> None:
    table = working_calendar("VN", 2018, 2018, [Override(date(2018, 12, 27), False, "Bão số 9")])
    row = next(r for r in table.to_pylist() if r["calendar_date"] == date(2018, 12, 27))
    assert (row["is_working_day"], row["is_public_holiday"], row["holiday_name"]) == (False, True, "Bão số 9")


def test_an_override_makes_a_saturday_or_a_holiday_worked() -> None:
    overrides = [Override(date(2018, 12, 22), True, "làm bù"), Override(date(2018, 9, 3), True, "làm việc")]
    rows = {r["calendar_date"]: r for r in working_calendar("VN", 2018, 2018, overrides).to_pylist()}
    saturday, monday = rows[date(2018, 12, 22)], rows[date(2018, 9, 3)]
    assert (saturday["is_working_day"], saturday["is_make_up_day"]) == (True, True)
    assert (monday["is_working_day"], monday["is_make_up_day"], monday["is_public_holiday"]) == (True, False, False)


def test_an_override_takes_a_make_up_day_away() -> None:
    table = working_calendar("VN", 2019, 2019, [Override(date(2019, 5, 4), False, "không làm bù")])
    row = next(r for r in table.to_pylist() if r["calendar_date"] == date(2019, 5, 4))
    assert (row["is_working_day"], row["is_make_up_day"]) == (False, False)


def test_overrides_are_read_from_their_file(tmp_path: Path) -> None:
    assert read_overrides(tmp_path) == []
    text = "date,kind,name\n2018-12-27,day_off,Bão số 9\n2018-12-22,working_day,\n"
    (tmp_path / "holiday_overrides.csv").write_text(text, encoding="utf-8")
    assert read_overrides(tmp_path) == [
        Override(date(2018, 12, 27), False, "Bão số 9"),
        Override(date(2018, 12, 22), True, ""),
    ]


@pytest.mark.parametrize("row", ["27/12/2018,day_off,x", "2018-12-27,off,x", "2018-12-27", "2018-02-30,day_off,x"])
def test_a_wrong_override_names_file_and_line(tmp_path: Path, row: str) -> None:
    text = f"date,kind,name\n2018-12-26,day_off,x\n{row}\n"
    (tmp_path / "holiday_overrides.csv").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"holiday_overrides.csv:3"):
        read_overrides(tmp_path)


def test_an_unknown_country_is_one_line() -> None:
    with pytest.raises(SettingsError, match="XX"):
        working_calendar("XX", 2018, 2018, [])
