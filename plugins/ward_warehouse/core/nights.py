"""A night: the local date whose changes it reads, and the instant at which it is over."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far ahead of now a change time may lie; clocks of healthy servers differ by seconds."""


def night_end(night: date, time_zone: str) -> datetime:
    """The instant at which a night is over: local midnight after its date, in UTC.

    Args:
        night: the local date.
        time_zone: of the district, an IANA name.
    """
    return datetime.combine(night + timedelta(days=1), time.min, ZoneInfo(time_zone)).astimezone(UTC)


def newest_night(now: datetime, time_zone: str) -> date:
    """The newest local date that is over at an instant."""
    return now.astimezone(ZoneInfo(time_zone)).date() - timedelta(days=1)
