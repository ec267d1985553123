"""Working days: weekends and public holidays out, official make-up Saturdays in.

Source: the package `holidays` (public holidays, days off in lieu and swapped days of a country), corrected by an
optional table `holiday_overrides.csv` beside the registry (columns date, kind = day_off | working_day, name), because
the government announces swapped days year by year and a release of the package may lag behind.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import holidays
import pyarrow as pa

from ward_warehouse.core.errors import SettingsError

SATURDAY = 5
OVERRIDES_FILE = "holiday_overrides.csv"

CALENDAR_SCHEMA = pa.schema(
    [
        pa.field("calendar_date", pa.date32()),
        pa.field("is_working_day", pa.bool_()),
        pa.field("is_public_holiday", pa.bool_()),
        pa.field("holiday_name", pa.string()),
        pa.field("is_make_up_day", pa.bool_()),
        pa.field("working_day_number", pa.int32()),
    ]
)


@dataclass(frozen=True)
class Override:
    """A day that the package has wrong: `working` or off."""

    day: date
    working: bool
    name: str


def read_overrides(folder: Path) -> list[Override]:
    """The override table in `folder`; empty when there is none.

    Raises:
        SettingsError: a row of it cannot be read.
    """
    path = folder / OVERRIDES_FILE
    if not path.is_file():
        return []
    found = []
    with path.open(encoding="utf-8", newline="") as handle:
        for line, row in enumerate(csv.DictReader(handle), start=2):
            try:
                day = date.fromisoformat(row["date"])
                working = {"day_off": False, "working_day": True}[row["kind"]]
            except (KeyError, ValueError, TypeError):
                raise SettingsError(
                    f"{path}:{line}: found {row}, expected date (YYYY-MM-DD), kind (day_off or working_day), name"
                ) from None
            found.append(Override(day, working, row.get("name") or ""))
    return found


def working_calendar(country: str, first_year: int, last_year: int, overrides: list[Override]) -> pa.Table:
    """One row a day from 1 January of `first_year` to 31 December of `last_year`, with `CALENDAR_SCHEMA`.

    `working_day_number` counts working days up to and including the date, so that the working days between two dates
    are the difference of their numbers.

    Args:
        country: ISO 3166 code that `holidays` knows.
        first_year: first year of the calendar.
        last_year: last year of the calendar.
        overrides: days that the package has wrong.

    Raises:
        SettingsError: the country is not known.
    """
    # The years on either side: a day off around New Year is announced with its make-up day in the next year.
    years = range(first_year - 1, last_year + 2)
    try:
        days_off = holidays.country_holidays(country, years=years)
    except NotImplementedError:
        raise SettingsError(
            f"WARD_WAREHOUSE_HOLIDAYS_COUNTRY: found {country!r}, expected the code of a country whose public holidays "
            "are known, such as VN"
        ) from None
    make_up = set(days_off.weekend_workdays)
    names = {day: days_off[day] for day in days_off}
    for override in overrides:
        if override.working:
            names.pop(override.day, None)
            if override.day.weekday() >= SATURDAY:
                make_up.add(override.day)
        else:
            names[override.day] = override.name
            make_up.discard(override.day)
    rows, number = [], 0
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        working = day in make_up or (day.weekday() < SATURDAY and day not in names)
        number += working
        rows.append(
            {
                "calendar_date": day,
                "is_working_day": working,
                "is_public_holiday": day in names,
                "holiday_name": names.get(day),
                "is_make_up_day": day in make_up,
                "working_day_number": number,
            }
        )
        day += timedelta(days=1)
    return pa.Table.from_pylist(rows, CALENDAR_SCHEMA)
