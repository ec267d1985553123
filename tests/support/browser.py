"""A real browser, without a network, and what a page asks of other hosts in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Opened:
    """A page after it was loaded: its document as it then was, and every URL that it asked for besides itself."""

    document: str
    asked: list[str]


def opened(page: Path, scratch: Path) -> Opened:
    """Opens a page from the disk. Skips the test on a machine without a browser."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        pytest.skip(f"no browser on this machine: install one of {', '.join(NAMES)}")
    log = scratch / f"{page.stem}.netlog.json"
    command = [
        browser, "--headless=new", "--disable-gpu", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={scratch / 'profile'}", f"--log-net-log={log}", "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    finished = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    # What the browser itself wants of its maker has no page behind it.
    asked = {
        event["params"]["url"]
        for event in events
        if "url" in event.get("params", {}) and event["params"].get("initiator", "not an origin") != "not an origin"
    }
    return Opened(finished.stdout, sorted(asked - {page.as_uri()}))
