"""Which of dbt's events are made into messages."""

from __future__ import annotations

import io

import pytest
from dbt_common.events import types
from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.events.functions import fire_event
from dbt_common.events.logger import LineFormat, LoggerConfig

from ward_warehouse.warehouse.dbt_events import only_what_is_heard

LEVELS = ("debug", "info", "warn", "error")
WRITTEN: list[str] = []
"""What the events of a test said when they were written out, which is what costs."""


class Note(types.Note):
    """An event of the level that it says; dbt finds its message by the name of its class."""

    def level_tag(self) -> EventLevel:
        return EventLevel(self.msg)

    def message(self) -> str:
        WRITTEN.append(self.msg)
        return str(super().message())


@pytest.fixture(autouse=True)
def _nothing_written() -> None:
    WRITTEN.clear()


@pytest.mark.parametrize(
    ("listens", "heard"),
    [
        (None, ["warn", "error"]),
        (EventLevel.ERROR, ["warn", "error"]),
        (EventLevel.INFO, ["info", "warn", "error"]),
        (EventLevel.DEBUG, ["debug", "info", "warn", "error"]),
    ],
)
def test_an_event_below_a_warning_is_made_for_a_log_that_takes_it(listens: EventLevel | None, heard: list[str]) -> None:
    log = io.StringIO()
    with only_what_is_heard():
        if listens is not None:
            get_event_manager().add_logger(
                LoggerConfig(name="test", level=listens, line_format=LineFormat.PlainText, output_stream=log)
            )
        for level in LEVELS:
            fire_event(Note(msg=level))
    assert heard == WRITTEN
    lines = [line.split()[-1] for line in log.getvalue().splitlines()]
    assert lines == ([] if listens is None else list(LEVELS[LEVELS.index(listens) :]))


def test_the_level_that_an_event_is_fired_with_goes_before_its_own() -> None:
    with only_what_is_heard():
        fire_event(Note(msg="debug"), level=EventLevel.ERROR)
        fire_event(Note(msg="error"), level=EventLevel.DEBUG)
    assert WRITTEN == ["debug"]


def test_what_an_event_says_is_made_when_somebody_reads_it() -> None:
    with only_what_is_heard():
        event = types.Note(msg="debug")
        fire_event(event)
        assert "pb_msg" not in vars(event), "it was worded for nobody"
        assert event.msg == "debug"
        assert event.to_dict() == types.Note(msg="debug").to_dict()
    assert "pb_msg" in vars(types.Note(msg="debug")), "of others it is worded at once"


def test_dbt_of_others_in_the_process_fires_as_before() -> None:
    before = get_event_manager()
    with pytest.raises(RuntimeError, match="the command"), only_what_is_heard():
        raise RuntimeError("the command ended badly")
    assert get_event_manager() is before
    fire_event(Note(msg="debug"))
    assert WRITTEN == ["debug"]
