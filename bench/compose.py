"""The profile `cluster` in containers, as `make compose-test` plays it: its start, and a night through Celery."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def measure() -> dict[str, float]:
    """Seconds until every service is healthy, and from the trigger of the last night to its published warehouse.

    Nothing where no Docker engine answers.

    Raises:
        RuntimeError: the test failed; with the end of what it said.
    """
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:  # noqa: S607 - the machine's
        return {}
    done = subprocess.run([ROOT / "scripts" / "compose_test.sh"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError((done.stdout + done.stderr)[-2000:])
    up = re.search(r"^every service healthy +(\d+) s$", done.stdout, re.MULTILINE)
    nights = re.findall(r"from trigger to published warehouse ([\d.]+) s", done.stdout)
    if not up or not nights:
        raise RuntimeError(f"compose-test said no times: {done.stdout[-2000:]}")
    return {"compose_up_s": float(up[1]), "compose_night_s": float(nights[-1])}
