"""On which nights a ward is due, by its cadence; the same rule as `marts.reporting_completeness`."""

from __future__ import annotations

from datetime import date

from ward_warehouse.core.settings import Settings
from ward_warehouse.registry import Ward

LAST_OF_THE_WEEK = 7


class Due:
    """Whether a ward is due on a night; the calendar is read when the first ward asks that works by it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._years: dict[int, dict[date, bool]] = {}

    def __call__(self, ward: Ward, night: date) -> bool:
        """Whether the ward is to report on that night."""
        if not ward.in_force.covers(night):
            return False
        if ward.cadence == "weekly":
            return night.isoweekday() == LAST_OF_THE_WEEK
        return ward.cadence == "nightly" or self._is_working_day(night)

    def _is_working_day(self, night: date) -> bool:
        if night.year not in self._years:
            # A task that reads one ward must not pay for the calendar.
            from ward_warehouse.core.calendar import read_overrides, working_calendar

            overrides = read_overrides(self._settings.wards_dir)
            table = working_calendar(self._settings.holidays_country, night.year, night.year, overrides)
            days, works = table["calendar_date"].to_pylist(), table["is_working_day"].to_pylist()
            self._years[night.year] = dict(zip(days, works, strict=True))
        return self._years[night.year][night]
