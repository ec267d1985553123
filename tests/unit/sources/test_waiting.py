"""Waiting for what cannot be interrupted: its items, its errors, and the time that is left for it."""

import threading
import time
from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ward_warehouse.sources.sql.waiting import within


def giving(items: list[int], closed: list[bool] | None = None) -> Generator[int, None, None]:
    try:
        yield from items
    finally:
        if closed is not None:
            closed.append(True)


@given(items=st.lists(st.integers(), max_size=20))
def test_all_items_come_in_their_order(items: list[int]) -> None:
    assert list(within(60, lambda: giving(items))) == items


def test_an_error_comes_after_the_items_before_it() -> None:
    def breaking() -> Generator[int, None, None]:
        yield 1
        raise ValueError("cut")

    found = within(60, breaking)
    assert next(found) == 1
    with pytest.raises(ValueError, match="cut"):
        next(found)


def test_what_is_at_work_for_too_long_is_left() -> None:
    let_go = threading.Event()

    def stuck() -> Generator[int, None, None]:
        yield 1
        let_go.wait(60)

    begun = time.monotonic()
    with pytest.raises(TimeoutError, match=r"not finished within 0\.3 s"):
        list(within(0.3, stuck))
    assert time.monotonic() - begun < 30
    let_go.set()


def test_the_time_of_who_takes_the_items_does_not_count() -> None:
    for _ in within(1, lambda: giving(list(range(8)))):
        time.sleep(0.2)


def test_who_stops_early_leaves_nothing_open() -> None:
    closed: list[bool] = []
    found = within(60, lambda: giving(list(range(1000)), closed))
    assert next(found) == 0
    found.close()
    assert closed == [True]
