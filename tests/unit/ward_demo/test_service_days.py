from datetime import date

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ward_demo.plan import apportion
from ward_demo.service_days import (
    DAY_SECONDS,
    MORNING_SECONDS,
    SATURDAY,
    ServiceCalendar,
    at,
    opened,
    opening_seconds,
    weekdays,
)

CALENDAR = ServiceCalendar(date(2018, 1, 1), date(2018, 12, 28), saturday_service=True)
SWAPPED = ServiceCalendar(date(2019, 1, 1), date(2019, 6, 28), saturday_service=True)


def days(*texts: str) -> np.ndarray:
    return np.array(texts, dtype="datetime64[D]")


def test_last_working_day_of_2018_is_28_december() -> None:
    assert CALENDAR.day(np.array([CALENDAR.last]))[0] == np.datetime64("2018-12-28")
    # 31 December was swapped for Saturday 5 January; 1 January is New Year.
    assert CALENDAR.day(np.array([CALENDAR.last + 1]))[0] == np.datetime64("2019-01-02")
    assert CALENDAR.number(days("2018-12-29", "2018-12-30")).tolist() == [CALENDAR.last] * 2


def test_public_holidays_are_neither_working_days_nor_service_saturdays() -> None:
    tet = days("2018-02-14", "2018-02-15", "2018-02-16", "2018-02-19", "2018-02-20", "2018-04-25", "2018-09-03")
    assert not np.isin(tet, CALENDAR.working).any()
    assert np.datetime64("2018-02-17") not in CALENDAR.saturdays
    assert np.datetime64("2018-02-24") in CALENDAR.saturdays
    assert len(CALENDAR.saturdays) == 50


def test_a_make_up_saturday_is_a_working_day_and_no_saturday_service() -> None:
    make_up = np.datetime64("2019-05-04")
    assert make_up in SWAPPED.working
    assert make_up not in SWAPPED.saturdays
    assert np.datetime64("2019-04-29") not in SWAPPED.working


def test_a_district_without_saturday_service_has_no_service_saturdays() -> None:
    assert len(ServiceCalendar(date(2016, 1, 1), date(2016, 6, 30), saturday_service=False).saturdays) == 0


def test_a_working_day_has_7_and_a_half_hours_and_a_saturday_four() -> None:
    assert opening_seconds(days("2018-12-28", "2018-12-22")).tolist() == [27_000, 14_400]
    assert weekdays(days("2018-12-22"))[0] == SATURDAY


@given(st.integers(0, DAY_SECONDS - 1))
def test_opening_seconds_skip_the_midday_break(seconds: int) -> None:
    moment = at(days("2018-12-28"), np.array([seconds]))
    assert opened(moment).tolist() == [seconds]
    clock = str(moment[0])[11:]
    assert ("07:30:00" <= clock < "11:30:00") == (seconds < MORNING_SECONDS)
    assert clock < "11:30:00" or "13:30:00" <= clock < "17:00:00"


@given(st.integers(0, 100_000), st.lists(st.floats(0.01, 100), min_size=1, max_size=30))
def test_apportioned_parts_add_up_and_stay_near_their_share(total: int, weights: list[float]) -> None:
    parts = apportion(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * weight / sum(weights)) <= 1
