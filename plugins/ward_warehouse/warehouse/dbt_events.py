"""What dbt says while it runs: only what somebody listens to.

dbt makes a message of each event, thousands in a build, and a line of the log of each message, before it asks whether
the log's level leaves it out: a tenth of a night's build. Bench keys `night_s` and `night_100k_build_s`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

RANKS = {level: rank for rank, level in enumerate(EventLevel)}


class ListeningManager(EventManager):
    """dbt's own, without the events below a warning that none of its logs would write."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Passes an event on to logs and callbacks, as dbt's own does, if any of them may want it."""
        rank = RANKS[level or e.level_tag()]
        # What a callback of dbt itself looks for are warnings.
        if rank >= RANKS[EventLevel.WARN] or any(rank >= RANKS[logger.level] for logger in self.loggers):
            super().fire_event(e, level, node, force_warn_or_error_handling)


@contextmanager
def only_what_is_heard() -> Iterator[None]:
    """For the time of a command, dbt fires only events that are listened to."""
    before = get_event_manager()
    ctx_set_event_manager(ListeningManager())
    try:
        yield
    finally:
        ctx_set_event_manager(before)
