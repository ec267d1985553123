"""The most memory that a process held, as the kernel counts it."""

from __future__ import annotations

import re
from pathlib import Path


def peak_mib(process: int | str = "self") -> float:
    """MiB of a process's high-water mark: a peak between two looks counts as well.

    Not `getrusage`: what it gives begins with what the process that started this one held.

    Raises:
        OSError: there is no such process any more.
    """
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0
