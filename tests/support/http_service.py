"""A ward's JSON service on loopback whose answers a test can spoil, one by one or for good."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Fault = Callable[[BaseHTTPRequestHandler], None]
PATHS = {"/api/ho-so": "dossiers", "/api/khao-sat": "survey_responses"}
TOKEN = "a-token-of-the-tests"


@dataclass
class HttpWard:
    """What a ward's service holds, and what goes wrong with it.

    `once` holds faults for the next requests, one each; `always` spoils every request. `asked` keeps the query of each
    request that was answered properly, by feed. A service that does not know windows always gives everything.
    """

    records: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in PATHS.values()})
    once: deque[Fault] = field(default_factory=deque)
    always: Fault | None = None
    knows_windows: bool = True
    requests: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


class HttpService:
    """The server; `wards` are its tenants by path."""

    def __init__(self) -> None:
        self.wards: dict[str, HttpWard] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service.answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing: requests are asserted on, not read."""

        return Handler

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        url = urlsplit(request.path)
        _, key, path = url.path.split("/", 2)
        ward, feed = self.wards[key], PATHS["/" + path]
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        ward.requests += 1
        fault = ward.once.popleft() if ward.once else ward.always
        if fault is not None:
            fault(request)
            return
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            send(request, 401, b"{}")
            return
        ward.asked.append((feed, query))
        found = _within_window(ward, feed, query)
        number, size = int(query["trang"]), int(query["kich_thuoc"])
        send_json(request, {"data": {"items": found[(number - 1) * size : number * size], "tong": len(found)}})


def _within_window(ward: HttpWard, feed: str, query: dict[str, str]) -> list[dict[str, Any]]:
    since, until = query.get("tu", "0"), query.get("den", "9")
    return [r for r in ward.records[feed] if not ward.knows_windows or _within(r, since, until)]


def _within(record: dict[str, Any], since: str, until: str) -> bool:
    changed = record.get("NgayCapNhat")
    return changed is None or since <= changed < until


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, content_type: str = "application/json") -> None:
    request.send_response(status)
    request.send_header("Content-Type", content_type)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)


def send_json(request: BaseHTTPRequestHandler, value: object) -> None:
    send(request, 200, json.dumps(value, ensure_ascii=False).encode())


def status(code: int) -> Fault:
    """Answers with a status and nothing to read."""
    return lambda request: send(request, code, b"")


def body(value: object) -> Fault:
    """Answers 200 with this JSON."""
    return lambda request: send_json(request, value)


def html(request: BaseHTTPRequestHandler) -> None:
    """Answers 200 with a page for people: what a proxy or a login screen does."""
    send(request, 200, "<html>Đăng nhập</html>".encode(), "text/html; charset=utf-8")


def cut_body(request: BaseHTTPRequestHandler) -> None:
    """Promises a long body and hangs up in the middle of it."""
    request.send_response(200)
    request.send_header("Content-Type", "application/json")
    request.send_header("Content-Length", "100000")
    request.end_headers()
    request.wfile.write(b'{"data": {"items": [{"MaHoSo": "1')
    request.close_connection = True
