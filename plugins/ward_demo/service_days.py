"""On which days and at which hours a one-stop counter is open, and how busy it is.

Counters are open on working days 07:30-11:30 and 13:30-17:00, and on the Saturdays of a district with Saturday
service 07:30-11:30. There is no Saturday service on a public holiday, and an official make-up Saturday is a working
day, not a service Saturday. All times are local wall-clock times (Asia/Ho_Chi_Minh) without a zone.
"""

from __future__ import annotations

from datetime import date

import holidays
import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
"""Dates, datetime64[D]."""
Times = npt.NDArray[np.datetime64]
"""Local wall-clock times, datetime64[s]."""
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

OPENING = 7 * 3600 + 1800
NOON = 11 * 3600 + 1800
AFTERNOON = 13 * 3600 + 1800
CLOSING = 17 * 3600
MORNING_SECONDS = NOON - OPENING
DAY_SECONDS = MORNING_SECONDS + CLOSING - AFTERNOON

SATURDAY = 5
_PROMISES_REACH = 120  # days after the end in which a promised date can lie

# Monday brings what waited over the weekend; schools ask for papers in June to August; before and after Tết it is
# quiet, then busy.
_WEEKDAY = np.array([1.24, 1.06, 1.0, 0.96, 1.08, 1.0, 0.0])
_MONTH = np.array([0.98, 0.74, 1.12, 0.98, 1.0, 1.2, 1.24, 1.18, 0.98, 0.92, 0.92, 0.96])


class ServiceCalendar:
    """The service days of one district from `start` to `end`.

    Attributes:
        working: working days from `start` on, those after `end` included, because promised dates lie there.
        saturdays: service Saturdays from `start`, or from `saturdays_from` on, to `end`; none without Saturday service.
        last: number of the last working day that is not after `end`; working days are numbered from 1.
    """

    def __init__(self, start: date, end: date, *, saturday_service: bool, saturdays_from: date | None = None) -> None:
        self.start, self.end = np.datetime64(start, "D"), np.datetime64(end, "D")
        days = np.arange(self.start, self.end + _PROMISES_REACH)
        years = range(start.year - 1, end.year + 2)
        known = holidays.country_holidays("VN", years=years)
        off = np.isin(days, np.array(sorted(known), dtype="datetime64[D]"))
        make_up = np.isin(days, np.array(sorted(known.weekend_workdays), dtype="datetime64[D]"))
        weekday = weekdays(days)
        working = ((weekday < SATURDAY) & ~off) | make_up
        self.working: Days = days[working]
        served = (weekday == SATURDAY) & ~off & ~make_up & (days <= self.end) & saturday_service
        served &= days >= np.datetime64(saturdays_from or start, "D")
        self.saturdays: Days = days[served]
        self.last = int(self.number(np.array([self.end]))[0])

    def number(self, days: Days) -> Ints:
        """How many working days there are up to and including each day: the number of the newest of them."""
        return np.searchsorted(self.working, days, side="right").astype(np.int64)

    def day(self, numbers: Ints) -> Days:
        """The working day of each number, counted from 1."""
        found: Days = self.working[numbers - 1]
        return found

    def rhythm(self, days: Days, rng: np.random.Generator) -> Floats:
        """How busy each day is, relative to the others."""
        month = days.astype("datetime64[M]").astype(np.int64) % 12
        busy: Floats = _WEEKDAY[weekdays(days)] * _MONTH[month] * rng.lognormal(0.0, 0.12, len(days))
        return busy


def weekdays(days: Days) -> Ints:
    """Weekday of each date, Monday 0 to Sunday 6."""
    since_1970: Ints = days.astype("datetime64[D]").astype(np.int64)
    return (since_1970 + 3) % 7


def opening_seconds(days: Days) -> Ints:
    """How long the counter is open on each day, in seconds."""
    return np.where(weekdays(days) == SATURDAY, MORNING_SECONDS, DAY_SECONDS).astype(np.int64)


def at(days: Days, seconds: Ints) -> Times:
    """The time when the counter has been open for `seconds` on each day, the midday break left out."""
    clock = np.where(seconds < MORNING_SECONDS, OPENING + seconds, AFTERNOON + seconds - MORNING_SECONDS)
    midnight: Times = days.astype("datetime64[s]")
    moments: Times = midnight + clock.astype("timedelta64[s]")
    return moments


def opened(times: Times) -> Ints:
    """For times within opening hours: seconds that the counter had been open on that day; the inverse of `at`."""
    midnight = times.astype("datetime64[D]").astype("datetime64[s]")
    clock = times.astype(np.int64) - midnight.astype(np.int64)
    return np.where(clock < AFTERNOON, clock - OPENING, clock - AFTERNOON + MORNING_SECONDS)


def closing(days: Days) -> Times:
    """Closing time of each working day, which is when a promise for that day ends."""
    midnight: Times = days.astype("datetime64[s]")
    return np.add(midnight, np.timedelta64(CLOSING, "s"))


def draw_opening(rng: np.random.Generator, days: Days) -> Ints:
    """Random moments within opening hours, more of them early in the morning and early in the afternoon."""
    count = len(days)
    whole_day = rng.random(count) < 0.62
    morning = rng.beta(1.5, 2.0, count) * MORNING_SECONDS
    afternoon = MORNING_SECONDS + rng.beta(1.4, 1.9, count) * (DAY_SECONDS - MORNING_SECONDS)
    only_morning = weekdays(days) == SATURDAY
    return np.where(whole_day | only_morning, morning, afternoon).astype(np.int64)
