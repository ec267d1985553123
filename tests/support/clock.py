"""A clock that tests can set: the library's own look at the time, in every module of it that is loaded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, tzinfo

import pytest


class Clock:
    """Runs on from wherever it was set to."""

    def __init__(self) -> None:
        self.offset = timedelta(0)

    def set(self, moment: datetime) -> None:
        """Makes it `moment` now; with a time zone."""
        self.offset = moment - datetime.now(moment.tzinfo)

    def move(self, by: timedelta) -> None:
        self.offset += by


@contextmanager
def clock() -> Iterator[Clock]:
    """Takes the place of the real clock in the library; the disk's and other libraries' stays."""
    made = Clock()

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + made.offset

    with pytest.MonkeyPatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("ward_warehouse.") and getattr(module, "datetime", None) is datetime:
                patch.setattr(module, "datetime", Moved)
        yield made
