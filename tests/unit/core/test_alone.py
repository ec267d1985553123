"""The kernel's lock: held alone, or together with those who only look."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from ward_warehouse.core.alone import alone, looking_on
from ward_warehouse.core.errors import WardWarehouseError

BUSY = WardWarehouseError("busy")


def held_meanwhile(holding: Callable[[], AbstractContextManager[Any]], until: Event) -> Thread:
    """Another holder, who has the lock when this returns and lets it go at the event, or after a second."""
    has_it = Event()

    def hold() -> None:
        with holding():
            has_it.set()
            until.wait(1)

    thread = Thread(target=hold)
    thread.start()
    assert has_it.wait(10)
    return thread


def test_who_is_alone_turns_others_away_and_those_who_look(tmp_path: Path) -> None:
    lock = tmp_path / "deep" / "one.lock"
    with alone(lock, BUSY):
        with pytest.raises(WardWarehouseError, match="busy"), alone(lock, BUSY):
            pass
        with looking_on(lock) as free:
            assert not free
    with looking_on(lock) as free, looking_on(lock) as free_too:
        assert (free, free_too) == (True, True)


def test_who_only_looks_makes_nothing(tmp_path: Path) -> None:
    with looking_on(tmp_path / "deep" / "one.lock") as free:
        assert free
    assert list(tmp_path.iterdir()) == []


def test_who_looks_is_waited_for(tmp_path: Path) -> None:
    lock = tmp_path / "one.lock"
    lock.touch()
    other = held_meanwhile(lambda: looking_on(lock), Event())
    with pytest.raises(WardWarehouseError, match="busy"), alone(lock, BUSY):
        pass
    with alone(lock, BUSY, patience=30), looking_on(lock) as free:
        assert not free
    other.join()


def test_patience_ends(tmp_path: Path) -> None:
    lock, stop = tmp_path / "one.lock", Event()
    other = held_meanwhile(lambda: alone(lock, BUSY), stop)
    with pytest.raises(WardWarehouseError, match="busy"), alone(lock, BUSY, patience=0.1):
        pass
    stop.set()
    other.join()
