"""Waiting for a driver that cannot be interrupted, for a limited time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import closing
from queue import Empty, Full, Queue
from typing import Generic, TypeVar

T = TypeVar("T")
LOOK_SECONDS = 0.2
"""How often a thread whose items nobody takes looks whether anybody still wants them."""


class _Producer(threading.Thread, Generic[T]):
    """Runs an iterator and hands its items over, one read ahead; None is its end."""

    def __init__(self, produce: Callable[[], Generator[T, None, None]]) -> None:
        super().__init__(name="driver", daemon=True)
        self.items: Queue[tuple[T] | Exception | None] = Queue(maxsize=1)
        self.unwanted = threading.Event()
        self._produce = produce

    def run(self) -> None:
        try:
            with closing(self._produce()) as produced:
                for item in produced:
                    self._put((item,))
                    if self.unwanted.is_set():
                        return
            self._put(None)
        except Exception as error:
            self._put(error)

    def _put(self, found: tuple[T] | Exception | None) -> None:
        while not self.unwanted.is_set():
            try:
                return self.items.put(found, timeout=LOOK_SECONDS)
            except Full:
                continue


def within(seconds: float, produce: Callable[[], Generator[T, None, None]]) -> Generator[T, None, None]:
    """What an iterator gives, from a thread of its own.

    Only the time spent waiting for it counts, not that of whoever takes the items. A driver that is still at work when
    the time is over is left behind with its thread, which ends when the driver returns, at the latest with the process.

    Raises:
        TimeoutError: the iterator took longer than `seconds` in all.
        Exception: what the iterator raised.
    """
    producer = _Producer(produce)
    producer.start()
    left = seconds
    at_rest = True
    try:
        while True:
            begun = time.monotonic()
            try:
                found = producer.items.get(timeout=max(left, 0.001))
            except Empty:
                at_rest = False
                raise TimeoutError(f"not finished within {seconds:g} s") from None
            left -= time.monotonic() - begun
            if found is None:
                return
            if isinstance(found, Exception):
                raise found
            yield found[0]
    finally:
        producer.unwanted.set()
        if at_rest:
            # Whoever opens the same database next must not meet the session of this one.
            producer.join()
