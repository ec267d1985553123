"""The real input, when its folder is there: 311 requests of the City of Boston, played by the script of `make real`."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.background import run
from tests.support.district import ROOT

FOLDER = Path(os.environ.get("BOSTON311_DIR", ROOT.parent / "shared" / "real" / "boston311")).resolve()


@dataclass(frozen=True)
class Played:
    """The published warehouse, and how the script ended and what it printed."""

    published: Path
    code: int
    said: str


def files() -> list[Path]:
    """The files of the wards, plain or gzipped."""
    return sorted([*FOLDER.glob("ward_*.csv"), *FOLDER.glob("ward_*.csv.gz")])


def play(home: Path) -> Callable[[threading.Event], Played]:
    """Plays the script on a state folder of its own."""
    environment = {**os.environ, "WARD_WAREHOUSE_HOME": str(home), "BOSTON311_DIR": str(FOLDER)}
    command = [sys.executable, str(ROOT / "examples" / "boston311" / "play.py")]

    def work(stop: threading.Event) -> Played:
        code, said = run(command, environment, home / "real.log", stop)
        return Played(home / "boston311" / "warehouse" / "district.duckdb", code, said)

    return work
