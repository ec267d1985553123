"""A mail server and an HTTP receiver on loopback that keep what they are sent."""

from __future__ import annotations

import email
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from ward_warehouse.core.connections import Connection

UNKNOWN = "nobody@example.org"


@dataclass
class MailServer:
    """A running server: what it took, and the address under which the library finds it."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - as aiosmtpd calls it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == UNKNOWN:
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        found = email.message_from_bytes(content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        self.taken.append(found)
        return "250 OK"

    @property
    def connection(self) -> Connection:
        extra = {"disable_ssl": True, "disable_tls": True, "from_email": "warehouse@example.org", "timeout": 5}
        return Connection("smtp_default", "smtp", "127.0.0.1", self.port, extra=extra)

    def texts(self) -> list[str]:
        return [str(mail.get_body(("plain",)).get_content()) for mail in self.taken]  # type: ignore[union-attr]


class _Loopback(Controller):
    """Listens on a port that the system chooses."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A mail server until the block ends."""
    found = MailServer()
    controller = _Loopback(found, hostname="127.0.0.1", port=0)
    controller.start()
    found.port = controller.port
    try:
        yield found
    finally:
        controller.stop()


@dataclass
class Receiver:
    """A running HTTP receiver: what it was sent, and what it answers."""

    port: int = 0
    status: int = 204
    taken: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return Connection("hook", "http", "127.0.0.1", self.port, "http", password="secret", extra={"base_path": "/in"})


@contextmanager
def receiver() -> Iterator[Receiver]:
    """An HTTP receiver until the block ends."""
    found = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            found.tokens.append(self.headers.get("authorization"))
            if found.status < 300:
                found.taken.append(json.loads(body))
            self.send_response(found.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
