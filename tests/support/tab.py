"""A tab of a real browser that a test drives: pages of a server on this machine, keys, widths and axe's judgement."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.sync.client import ClientConnection, connect

from tests.support.browser import NAMES

AXE = """axe.run(document, {resultTypes: ["violations"]}).then(
    r => r.violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 200)]))"""
KEYS = {"Tab": (9, ""), "Enter": (13, "\r")}


class RefusedError(AssertionError):
    """The browser did not do what it was asked for, as while it goes from one page to the next."""


class Tab:
    """Speaks the browser's own protocol over its socket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._numbers = socket, itertools.count(1)
        for domain in ("Page", "Runtime", "Network"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=60))
            if answer.get("id") == number:
                if "error" in answer:
                    raise RefusedError(answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def log_in(self, url: str, token: str) -> None:
        """As Airflow's pages do: with its token in a cookie."""
        self.ask("Network.setCookie", name="_token", value=token, url=url, httpOnly=True, sameSite="Lax")

    def open(self, url: str) -> None:
        self.ask("Page.navigate", url=url)
        self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")

    def wait(self, condition: str, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while not self._is_met(condition):
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {condition}"
            time.sleep(0.05)

    def _is_met(self, condition: str) -> bool:
        try:
            return bool(self.run(condition))
        except RefusedError:
            return False

    def run(self, script: str) -> Any:
        """What a script of the test gives in the page."""
        found = self.ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def press(self, key: str) -> None:
        code, text = KEYS[key]
        for kind in ("keyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, text=text)

    def width(self, pixels: int, height: int = 900) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=pixels, height=height, deviceScaleFactor=1, mobile=False)

    def too_wide(self) -> int:
        """Pixels by which the page is wider than its window."""
        found: int = self.run("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        return found

    def first_paint(self) -> float:
        """Milliseconds from asking for the page to the first thing that is painted."""
        self.wait("performance.getEntriesByName('first-contentful-paint').length > 0")
        found: float = self.run("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        return found

    def serious(self) -> list[Any]:
        """What axe finds serious or critical in the page."""
        # The page's policy lets no script of its own run; what the browser's owner evaluates does.
        self.run(files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8") + "; true")
        found: list[Any] = self.run(AXE)
        return [one for one in found if one[0] in ("serious", "critical")]

    def picture(self, target: Path) -> None:
        found = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        target.write_bytes(base64.b64decode(found["data"]))


def browser() -> str:
    """The browser of this machine; skips the test where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip(f"no browser on this machine: install one of {', '.join(NAMES)}")
    return found


@contextmanager
def new_tab(scratch: Path) -> Iterator[Tab]:
    """A tab in a browser of its own."""
    profile = scratch / "profile"
    command = [
        browser(), "--headless=new", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}", "about:blank",
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with connect(_address(profile, process), max_size=None) as socket:
            yield Tab(socket)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The socket of the browser's page, once it says on which port it listens."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            port = (profile / "DevToolsActivePort").read_text(encoding="utf-8").splitlines()[0]
            pages = httpx.get(f"http://127.0.0.1:{port}/json/list", trust_env=False).json()
            return next(str(page["webSocketDebuggerUrl"]) for page in pages if page["type"] == "page")
        except (OSError, IndexError, StopIteration, httpx.HTTPError):
            time.sleep(0.1)
    raise AssertionError("the browser did not come up")
