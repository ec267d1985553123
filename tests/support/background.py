"""Work in other processes beside the tests of this one: some runs take a minute, and a machine has a second core."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

Work = Callable[[threading.Event], Any]
"""What is to be done until the event is set, which says that nobody waits for it any more."""


class Background:
    """Does one piece of work after the other; the tests that need a result wait for it."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        self._results: dict[str, Future[Any]] = {}

    def start(self, name: str, work: Work) -> None:
        self._results[name] = self._pool.submit(work, self._stop)

    def result(self, name: str) -> Any:
        return self._results[name].result()

    def end(self) -> None:
        self._stop.set()
        self._pool.shutdown(cancel_futures=True)


def run(command: list[str], environment: dict[str, str], log: Path, stop: threading.Event) -> tuple[int, str]:
    """Runs a command in the folder of its log until it ends or is told to; its code and all that it said."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=output, stderr=output)
        while process.poll() is None:
            if stop.wait(0.1):
                process.kill()
    return process.returncode, log.read_text(encoding="utf-8")
