"""A real browser, without a network: what a page asks of other hosts in it, how wide it is, and who can use it."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Opened:
    """A page after it was loaded: its document as it then was, and every URL that it asked for besides itself."""

    document: str
    asked: list[str]


def opened(page: Path, scratch: Path) -> Opened:
    """Opens a page from the disk. Skips the test on a machine without a browser."""
    log = scratch / f"{page.stem}.netlog.json"
    document = _run(scratch, f"--log-net-log={log}", "--dump-dom", page.as_uri())
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    # What the browser itself wants of its maker has no page behind it.
    asked = {
        event["params"]["url"]
        for event in events
        if "url" in event.get("params", {}) and event["params"].get("initiator", "not an origin") != "not an origin"
    }
    return Opened(document, sorted(asked - {page.as_uri()}))


SERIOUS = ("serious", "critical")
_ANSWER = re.compile(r'<pre id="answer-of-the-test">(.*?)</pre>', re.DOTALL)


def accessibility_faults(page: Path, scratch: Path, script: str = "", width: int = 1280) -> list[str]:
    """What axe-core finds wrong in a page that keeps somebody from using it, one line for each element.

    Args:
        page: a page on the disk.
        scratch: a folder for copies and the browser's own files.
        script: what is done on the page first, as JavaScript.
        width: of the window, in pixels.
    """
    axe = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    rules = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']}"
    found = answer(page, scratch, f"{script}; const found = await axe.run(document, {rules}); return found", width, axe)
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:160]}"
        for fault in found["violations"]
        if fault["impact"] in SERIOUS
        for node in fault["nodes"]
    ]


def overflow(page: Path, scratch: Path, width: int) -> int:
    """By how many pixels a page is wider than a screen of that width."""
    return int(answer(page, scratch, "return document.documentElement.scrollWidth - window.innerWidth", width))


def shown_text(page: Path, scratch: Path, script: str = "") -> str:
    """The text that a reader sees, after a script."""
    return str(answer(page, scratch, f"{script}; return document.body.innerText", 1280))


def printed_pages(page: Path, scratch: Path) -> int:
    """On how many sheets a page is printed."""
    target = scratch / "printed.pdf"
    _run(scratch, "--no-pdf-header-footer", f"--print-to-pdf={target}", page.as_uri())
    return len(re.findall(rb"/Type\s*/Page[^s]", target.read_bytes()))


def answer(page: Path, scratch: Path, script: str, width: int = 1280, library: str = "") -> Any:
    """What a script says of a page that is shown in a frame of that width: a window cannot be as narrow as a phone."""
    source = page.read_text(encoding="utf-8")
    # The page keeps scripts out; what asks about it is one.
    source = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", source)
    asks = (
        f"<script>{library}</script><script>const ask = async () => {{ {script} }}; onload = async () => "
        "parent.postMessage(JSON.stringify(await ask()), '*')</script>"
    )
    for beside in page.parent.glob("*.js"):
        shutil.copy(beside, scratch)
    framed, frame = scratch / f"framed-{page.name}", scratch / "frame.html"
    framed.write_text(source.replace("</body>", f"{asks}</body>"), encoding="utf-8")
    frame.write_text(
        "<!doctype html><body style='margin:0'><pre id='answer-of-the-test'></pre><script>onmessage = e => { "
        "document.getElementById('answer-of-the-test').textContent = e.data }</script>"
        f"<iframe src='{framed.name}' style='border:0;width:{width}px;height:1200px'></iframe></body>",
        encoding="utf-8",
    )
    document = _run(scratch, "--virtual-time-budget=20000", "--dump-dom", frame.as_uri())
    found = _ANSWER.search(document)
    assert found, document[:2000]
    assert found[1], "the script gave no answer"
    return json.loads(html.unescape(found[1]))


def _run(scratch: Path, *options: str) -> str:
    """What the browser prints. Skips the test on a machine without one."""
    browser = next(filter(None, map(shutil.which, NAMES)), None)
    if browser is None:
        pytest.skip(f"no browser on this machine: install one of {', '.join(NAMES)}")
    command = [
        browser, "--headless=new", "--disable-gpu", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND",
        f"--user-data-dir={scratch / 'profile'}", *options,
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
