"""How a text is read as a local time of the district: DuckDB expressions that give a TIMESTAMP, or null.

A day is always a day of the district: what names an instant, by an offset or because the software keeps another zone,
is brought to the district's zone first. What is written as a day only stays that day.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from ward_warehouse.mapping.readings import excel_serial
from ward_warehouse.registry import times

OFFSET = r"(?:Z|z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)"
DAY = r"\d{4}-\d{2}-\d{2}"
TIME = r"[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?"
SECONDS = r"-?\d{1,11}(?:\.\d{1,9})?"
MILLISECONDS = r"-?\d{1,14}(?:\.\d{1,9})?"

WIDTHS = {
    **dict.fromkeys(("Y", "G"), r"\d{4}"),
    **dict.fromkeys("mdHMSIyUVW", r"\d{2}"),
    **dict.fromkeys(("j", "g"), r"\d{3}"),
    **dict.fromkeys(("u", "w"), r"\d"),
    "n": r"\d{9}",
    "f": r"(?:\d{3}|\d{6}|\d{9})",
}
"""The digits of each number of a strptime format, as it is written in full."""
_TOKEN = re.compile(r"%-?(.)|\s|.", re.DOTALL)


class Times:
    """Reads the times of one ward's software.

    Args:
        software: the zone in which it writes times that name none.
        district: the zone whose days count.
        bind: gives the parameter that stands for a value.
    """

    def __init__(self, software: str, district: str, bind: Callable[[object], str]) -> None:
        self._same = software == district
        self._software = software
        self._district = district
        self._bind = bind

    def is_local(self, form: str) -> bool:
        """Whether `read` takes a time in the form as it is written."""
        named = form in times.NAMED or times.has_offset(form) or times.ends_in_utc(form)
        return not named and (self._same or times.is_day(form))

    def read(self, text: str, form: str) -> str:
        """The local time that a text in the form says; null where it is not in it."""
        match form:
            case times.EXCEL_SERIAL:
                return self.local(excel_serial(text))
            case times.EPOCH:
                return self._of_epoch(text, SECONDS, 1_000_000)
            case times.EPOCH_MS:
                return self._of_epoch(text, MILLISECONDS, 1_000)
            case times.ISO8601:
                return self._of_iso8601(text)
        if times.has_offset(form):
            # DuckDB's %z takes no Z.
            offset = f"regexp_replace({text}, '[Zz]$', '+00:00')"
            return self.of_instant(self._parsed(offset, form))
        moment = self._parsed(text, form)
        if times.ends_in_utc(form):
            return self.of_instant(f"timezone('UTC', {moment})")
        return moment if times.is_day(form) else self.local(moment)

    def local(self, moment: str) -> str:
        """A local time of the software as one of the district."""
        return moment if self._same else self.of_instant(f"timezone({self._bind(self._software)}, {moment})")

    def of_instant(self, instant: str) -> str:
        """A TIMESTAMP WITH TIME ZONE as a local time of the district."""
        return f"timezone({self._bind(self._district)}, {instant})"

    def _parsed(self, text: str, form: str) -> str:
        # DuckDB takes the words infinity and epoch for any form, and makes 1900-01-01 of them.
        digits = exact_digits(form)
        fits = f"regexp_full_match({text}, {self._bind(digits)})" if digits else f"regexp_matches({text}, '[0-9]')"
        return f"CASE WHEN {fits} THEN try_strptime({text}, {self._bind(form)}) END"

    def _of_epoch(self, text: str, form: str, microseconds: int) -> str:
        # Decimal, because a double loses the microseconds.
        count = f"CAST(TRY_CAST({text} AS DECIMAL(38, 9)) * {microseconds} AS BIGINT)"
        return f"CASE WHEN regexp_full_match({text}, '{form}') THEN {self.of_instant(f'make_timestamptz({count})')} END"

    def _of_iso8601(self, text: str) -> str:
        plain = f"replace({text}, ',', '.')"
        # DuckDB's own cast wants seconds before an offset, and no space.
        joined = f"regexp_replace({plain}, ' ([Zz+-])', '\\1')"
        with_seconds = f"regexp_replace({joined}, '([Tt ]\\d{{2}}:\\d{{2}})([Zz+-])', '\\1:00\\2')"
        zoned = self.of_instant(f"TRY_CAST({with_seconds} AS TIMESTAMPTZ)")
        unzoned = f"TRY_CAST({plain} AS TIMESTAMP)"
        return (
            f"CASE WHEN regexp_full_match({text}, '{DAY}') THEN {unzoned} "
            f"WHEN regexp_full_match({text}, '{DAY}{TIME}') THEN {self.local(unzoned)} "
            f"WHEN regexp_full_match({text}, '{DAY}{TIME} ?{OFFSET}') THEN {zoned} END"
        )


def exact_digits(form: str) -> str | None:
    """A regular expression of the texts whose numbers have all their digits where no sign stands between two of them.

    DuckDB takes one digit for a day or an hour, and so 2024118 for a day of November. A format without two numbers side
    by side gives None: it is read as strptime reads it.
    """
    pieces = [(WIDTHS.get(match[1] or ""), match) for match in _TOKEN.finditer(form)]
    found, runs = "", 0
    for is_number, run in groupby(pieces, lambda piece: piece[0] is not None):
        parts = list(run)
        if is_number and len(parts) > 1:
            runs += 1
            found += "".join(width or "" for width, _ in parts)
        else:
            found += "".join(_as_strptime(match) for _, match in parts)
    return rf"\s*{found}\s*" if runs else None


def _as_strptime(token: re.Match[str]) -> str:
    if token[0].isspace():
        return r"\s*"
    return re.escape(token[0]) if token[1] is None else "%" if token[1] == "%" else ".*"
