"""`make demo`, played as a newcomer plays it, in a process of its own beside the tests."""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from tests.support.background import Work, run
from tests.support.district import ROOT


@dataclass(frozen=True)
class Played:
    """What the demonstration left: its state folder, how its process ended, and what it said on the terminal."""

    home: Path
    code: int
    said: str


def play(folder: Path) -> Work:
    home = folder / "home"
    environment = {**os.environ, "WARD_WAREHOUSE_HOME": str(home)}

    def work(stop: threading.Event) -> Played:
        code, said = run([sys.executable, str(ROOT / "scripts/play_demo.py")], environment, folder / "said.txt", stop)
        return Played(home, code, said)

    return work
