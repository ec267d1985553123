"""What holds for every request below httpx's own log: time, size, trust, and the key that no log may show."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpx

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.sources.http.answers import RefusedError
from ward_warehouse.sources.http.unpacking import encodings_of, unpacked

OFF = frozenset({"false", "0", "no", "none", "off", ""})


class Deadline:
    """Cuts a read's connections when its time is over.

    A read time-out alone never ends on a server that sends a byte now and then: each byte starts it anew.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    @property
    def left(self) -> float:
        """Seconds that are left; negative when the time is over."""
        return self._end - time.monotonic()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Takes note of each connection; called by httpx's `trace` extension."""
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            opened = info["return_value"].get_extra_info("socket")
            self._sockets = [known for known in self._sockets if known.fileno() >= 0] + [opened]
            if self.left <= 0:
                self._cut()

    def cancel(self) -> None:
        """Ends the watch."""
        self._timer.cancel()

    def _cut(self) -> None:
        for opened in self._sockets:
            with suppress(OSError):
                # The plain socket's method: the TLS one would also drop the session that a reader is inside of.
                socket.socket.shutdown(opened, socket.SHUT_RDWR)


class Pace:
    """At most so many requests per second."""

    def __init__(self, per_second: float | None) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._next = 0.0

    def wait(self, _: httpx.Request) -> None:
        """Waits until the next request may go out."""
        now = time.monotonic()
        start = max(now, self._next)
        self._next = start + self._interval
        if start > now:
            time.sleep(start - now)


class GuardedTransport(httpx.BaseTransport):
    """Sends requests with the time-outs and the secret query, and gives back the bodies of answers that are 200.

    They come unpacked, under a cap: httpx would unpack first and count afterwards.

    The secret is put in here, below the place where httpx logs the address of a request.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        timeout: httpx.Timeout,
        deadline: Deadline,
        cap: int,
        host: str,
        secret: Mapping[str, str],
    ) -> None:
        self._inner = inner
        self._extensions = {"timeout": timeout.as_dict(), "trace": deadline.trace}
        self._cap = cap
        self._host = host
        self._secret = dict(secret)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends one request; the body of any other status than 200 is not read."""
        assert isinstance(request.stream, httpx.SyncByteStream)  # noqa: S101 - narrows the type
        url = request.url.copy_merge_params(self._secret) if self._secret and request.url.host == self._host else None
        sent = httpx.Request(
            request.method,
            url or request.url,
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, **self._extensions},
        )
        response = self._inner.handle_request(sent)
        assert isinstance(response.stream, httpx.SyncByteStream)  # noqa: S101 - narrows the type
        stream: httpx.SyncByteStream = httpx.ByteStream(b"")
        if response.status_code == 200:
            try:
                encodings = encodings_of(response.headers.get("content-encoding", ""))
            except RefusedError:
                response.close()
                raise
            stream = UnpackedStream(response.stream, encodings, self._cap)
        else:
            response.close()
        headers = [(name, value) for name, value in response.headers.raw if name.lower() != b"content-encoding"]
        return httpx.Response(response.status_code, headers=headers, stream=stream, extensions=response.extensions)

    def close(self) -> None:
        """Closes the connections."""
        self._inner.close()


class UnpackedStream(httpx.SyncByteStream):
    """A body without its encodings, refused once it is longer than the cap, in bytes."""

    def __init__(self, inner: httpx.SyncByteStream, encodings: list[str], cap: int) -> None:
        self._inner = inner
        self._encodings = encodings
        self._cap = cap

    def __iter__(self) -> Iterator[bytes]:
        return unpacked(self._inner, self._encodings, self._cap)

    def close(self) -> None:
        """Closes the body."""
        self._inner.close()


def tls_context(connection: Connection) -> ssl.SSLContext:
    """Verification against the CA file that the connection's `ca_file` names, or the certificates httpx brings.

    Raises:
        SourceError: the file cannot be read, or the connection asks to switch verification off.
    """
    if str(connection.extra.get("verify", True)).strip().lower() in OFF:
        raise SourceError(
            f"connection {connection.id}: found verify switched off; TLS is always verified: remove verify, and name "
            "the certificate authority of the ward's server in ca_file"
        )
    name = str(connection.extra.get("ca_file") or "")
    if not name:
        return _read_trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    try:
        return ssl.create_default_context(cafile=name)
    except (OSError, ValueError):
        raise SourceError(
            f"connection {connection.id}: ca_file {name} cannot be read as PEM certificates; correct the path"
        ) from None


@cache
def _read_trusted(file: str | None, folder: str | None) -> ssl.SSLContext:
    """The certificates that httpx takes, by what it looks at: to read them takes as long as to map a ward's night."""
    return httpx.create_ssl_context()


def proxy_for(url: httpx.URL) -> str | None:
    """The proxy that the environment names for an address."""
    return None if proxy_bypass(url.host) else getproxies().get(url.scheme)
