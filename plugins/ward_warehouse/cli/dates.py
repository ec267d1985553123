"""Dates and times on the command line: one reading and one text for all commands."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import click

from ward_warehouse.core.errors import WardWarehouseError

DAY_FORMAT = "%Y-%m-%d"
INSTANT_FORMATS = [DAY_FORMAT, "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"]


class Day(click.DateTime):
    """A date such as 2018-12-27; anything else ends the command with one line."""

    def __init__(self) -> None:
        super().__init__([DAY_FORMAT])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The date.

        Raises:
            WardWarehouseError: the text is no date.
        """
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        return self._read(value, param, ctx).date()

    def _read(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            found: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            where = f"{param.opts[0]}: " if param and param.opts else ""
            expected = "a date such as 2018-12-27"
            if len(self.formats) > 1:
                expected += ", or a time such as 2018-12-27T06:00"
            raise WardWarehouseError(f"{where}found {value!r}, expected {expected}") from None
        return found


class Instant(Day):
    """A date or a time such as 2018-12-27T06:00, as text: which end of a day is meant depends on the option."""

    def __init__(self) -> None:
        click.DateTime.__init__(self, INSTANT_FORMATS)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The text, once it was read.

        Raises:
            WardWarehouseError: the text is neither a date nor a time.
        """
        self._read(value, param, ctx)
        return value


DAY, INSTANT = Day(), Instant()
