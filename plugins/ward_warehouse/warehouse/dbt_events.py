"""What dbt says while it runs: only what somebody listens to.

dbt fills a message with what each event says, thousands in a build, and makes a line of the log of each message, before
it asks whether the log's level leaves it out: a fifth of what Python costs a night's build. Bench keys `night_s` and
`night_100k_build_s`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

RANKS = {level: rank for rank, level in enumerate(EventLevel)}
_WORD, _WORDS = BaseEvent.__init__, "what it says"


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
    """For the time of a command, dbt fires only events that are listened to, and words no other."""
    before = get_event_manager()
    ctx_set_event_manager(ListeningManager())
    BaseEvent.__init__ = _keep_words  # type: ignore[assignment, method-assign]
    try:
        yield
    finally:
        BaseEvent.__init__ = _WORD  # type: ignore[method-assign]
        ctx_set_event_manager(before)


def _keep_words(event: BaseEvent, *args: Any, **words: Any) -> None:
    """Makes an event of which the message is filled when somebody reads it."""
    event.__dict__[_WORDS] = args, words


def _fill_message(event: BaseEvent) -> Any:
    args, words = event.__dict__.pop(_WORDS)
    _WORD(event, *args, **words)
    return event.__dict__["pb_msg"]


# An event that has its message shows that one, whoever made it.
BaseEvent.pb_msg = cached_property(_fill_message)
BaseEvent.pb_msg.__set_name__(BaseEvent, "pb_msg")
