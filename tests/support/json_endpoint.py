"""A JSON endpoint on loopback, served by uvicorn, whose every answer a test writes; and a system file's data for it."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.support.feeds import feed
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import SourceError
from ward_warehouse.sources import Window
from ward_warehouse.sources.http import HttpSource, Limits

PAGE = {"page_param": "page", "size_param": "size", "size": 3}
PAGE_ONCE = {**PAGE, "confirm": False}
OFFSET = {"style": "offset", "offset_param": "from", "size_param": "size", "size": 3}
CURSOR = {"style": "cursor", "cursor_param": "after", "next": "paging.next", "size_param": "size", "size": 3}
LINK = {"style": "link", "size_param": "size", "size": 3}
LINK_IN_BODY = {**LINK, "next": "paging.next"}
STYLES = {"page": PAGE, "offset": OFFSET, "cursor": CURSOR, "link header": LINK, "link in the body": LINK_IN_BODY}

SECRET = "a-secret-of-the-ward"
QUICK = Limits(connect=2, read=0.5, attempts=3, first_wait=0.01, longest_wait=0.05, longest_retry_after=2)
READ: dict[str, Any] = {
    "path": "/votes",
    "records": "items",
    "pagination": LINK,
    "since_param": "since",
    "until_param": "until",
    "time_format": "%Y%m%d%H%M%S",
}
SYSTEM: dict[str, Any] = {
    "system": "votes",
    "name": {"vi": "Máy tính bảng", "en": "Tablets"},
    "transport": "http",
    "time_zone": "Asia/Ho_Chi_Minh",
    "record_kinds": {
        "survey_responses": {
            "read": {},
            "key": ["ID"],
            "columns": {
                "answered_at": {"from": "AT", "formats": ["%Y%m%d"]},
                "mode": {"constant": "tablet"},
                "rating_overall": {"from": "RATING", "codes": "rating"},
            },
            "ignore": ["NOTE"],
        }
    },
    "codes": {"rating": {"1": "satisfied"}},
}


@dataclass
class Endpoint:
    """A server; `handle` answers each request, `requests` and `forms` keep what was asked."""

    port: int = 0
    handle: Callable[[Request], Response] = field(default=lambda _: Response(status_code=500))
    gzip: bool = False
    requests: list[Request] = field(default_factory=list)
    forms: list[dict[str, list[str]]] = field(default_factory=list)

    @contextmanager
    def serving(self, **options: Any) -> Iterator[Endpoint]:
        """Serves on a free port of loopback; `options` are those of uvicorn."""
        app = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST"])])
        config = uvicorn.Config(app, log_config=None, log_level="error", lifespan="off", **options)
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield self
        finally:
            server.should_exit = True
            thread.join()
            listening.close()

    async def _answer(self, request: Request) -> Response:
        self.forms.append(parse_qs((await request.body()).decode()))
        self.requests.append(request)
        response = self.handle(request)
        if not self.gzip:
            return response
        return Response(gzip.compress(bytes(response.body)), headers={"Content-Encoding": "gzip"})


def answer(value: object) -> Callable[[Request], Response]:
    """Always this JSON."""
    return lambda _: JSONResponse(value)


def items(count: int) -> list[dict[str, str]]:
    """Good records, told apart by ID."""
    return [{"ID": f"{n}", "AT": "20240305", "RATING": "1"} for n in range(count)]


def source(
    endpoint: Endpoint,
    connection: dict[str, Any] | None = None,
    limits: Limits = QUICK,
    was_silent: bool = False,
    **read: Any,
) -> HttpSource:
    """The endpoint as a ward's source; `read` and `connection` replace parts of what is above."""
    part = SYSTEM["record_kinds"]["survey_responses"]
    system = {**SYSTEM, "record_kinds": {"survey_responses": {**part, "read": {**READ, **read}}}}
    known = {"port": endpoint.port, "schema": "http", "password": SECRET, **(connection or {})}
    found = Connection(**{"id": "p01", "conn_type": "http", "host": "127.0.0.1", **known})
    return HttpSource(feed(system, RecordKind.SURVEY_RESPONSES), found, limits, was_silent=was_silent)


def rows(opened: HttpSource, window: Window | None = None) -> list[dict[str, Any]]:
    """All records that a source gives."""
    return [row for table in opened.read(window or Window()) for row in table.to_pylist()]


@contextmanager
def dripping(pause: float, place: str) -> Iterator[int]:
    """The port of a server that sends one byte of its `headers` or its `body` in each `pause` (seconds)."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9999\r\nX-Slow: "
    stopped = threading.Event()

    def drip(opened: socket.socket) -> None:
        with opened, suppress(OSError):
            opened.sendall(head if place == "headers" else head + b"yes\r\n\r\n")
            while not stopped.wait(pause):
                opened.sendall(b" ")

    def accept() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=drip, args=[listening.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]
        stopped.set()
        listening.shutdown(socket.SHUT_RDWR)


def refused(endpoint: Endpoint, window: Window | None = None, **changes: Any) -> str:
    """The line a person is shown."""
    with pytest.raises(SourceError) as caught:
        rows(source(endpoint, **changes), window)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def serve(endpoint: Endpoint, total: int, links_in_body: bool = False) -> None:
    """The endpoint walks `total` records in whichever style it is asked."""
    records = items(total)

    def handle(request: Request) -> Response:
        query = request.query_params
        size = int(query["size"])
        start = int(query.get("from") or query.get("after") or (int(query.get("page", "1")) - 1) * size)
        end = start + size
        following = str(request.url.include_query_params(after=end)) if end < total else None
        marker = following if links_in_body else (end if end < total else None)
        headers = {"Link": f'<{following}>; rel="next"'} if following else {}
        body = {"items": records[start:end], "paging": {"next": marker}, "total": total}
        return JSONResponse(body, headers=headers)

    endpoint.handle = handle
