"""How times are written: strptime formats and the forms that have a name of their own.

A format without a zone is in the zone of the software (`time_zone` of the system file). One with `%z`, one that ends in
a literal Z, ISO 8601 with an offset and an epoch name an instant, whatever that zone is.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

EXCEL_SERIAL = "excel_serial"
"""A spreadsheet's number of days since 1899-12-30, as a cell without a date format gives it."""
EPOCH, EPOCH_MS = "epoch", "epoch_ms"
"""Seconds, or milliseconds, since 1970-01-01 00:00 UTC; a fraction is read."""
ISO8601 = "iso8601"
"""2018-12-31, 2018-12-31T18:00, 2018-12-31 18:00:05.250, each of the latter with Z, +07, +0700, +07:00 or without."""

NAMED = (EXCEL_SERIAL, EPOCH, EPOCH_MS, ISO8601)

SORTABLE = re.compile(r"%Y[-/.]?%m[-/.]?%d([ T]?%H([:.]?%M([:.]?%S(\.?%f)?)?)?)?")
"""Formats in which the order of texts is the order of times."""


def is_day(form: str) -> bool:
    """Whether values of the form are days without a time."""
    return form not in NAMED and not re.search(r"%-?[HIcX]", form)


def has_offset(form: str) -> bool:
    """Whether a strptime format reads an offset."""
    return form not in NAMED and "%z" in form


def ends_in_utc(form: str) -> bool:
    """Whether a strptime format ends in a literal Z, which says UTC."""
    return form not in NAMED and re.search(r"(?<!%)Z$", form) is not None


def is_ordered(forms: tuple[str, ...]) -> bool:
    """Whether times in these forms can be compared as they are written, by text or by number."""
    return len(forms) == 1 and (forms[0] in (EPOCH, EPOCH_MS) or SORTABLE.fullmatch(forms[0]) is not None)


def written(instant: datetime, form: str, time_zone: str) -> str:
    """An instant as a source writes it.

    Args:
        instant: with a zone.
        form: strptime format, `epoch`, `epoch_ms` or `iso8601`.
        time_zone: of the software.
    """
    if form == EPOCH:
        return str(int(instant.timestamp()))
    if form == EPOCH_MS:
        return str(int(instant.timestamp() * 1000))
    if form == ISO8601:
        return instant.astimezone(ZoneInfo(time_zone)).isoformat(timespec="seconds")
    zone = UTC if ends_in_utc(form) else ZoneInfo(time_zone)
    return instant.astimezone(zone).strftime(form)
