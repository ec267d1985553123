"""`make demo` on an empty state folder, and again on the one that it left: seconds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from bench.wards import ROOT


def measure(folder: Path) -> dict[str, float]:
    """How long the demonstration takes the first time and the second.

    Args:
        folder: an empty folder.
    """
    return {"demo_s": _play(folder / "demo"), "demo_again_s": _play(folder / "demo")}


def _play(home: Path) -> float:
    begun = time.monotonic()
    environment = {**os.environ, "WARD_WAREHOUSE_HOME": str(home)}
    command = [sys.executable, str(ROOT / "scripts" / "play_demo.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"make demo: {done.stdout[-1000:]}{done.stderr[-1000:]}")
    return round(time.monotonic() - begun, 1)
