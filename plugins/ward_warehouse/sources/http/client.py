"""Asks a JSON endpoint for one page at a time: patient with a busy server, short with a wrong one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import Cause, SourceError
from ward_warehouse.core.foreign_text import quoted
from ward_warehouse.registry import Feed, HttpRead
from ward_warehouse.sources.http.answers import Answer, LoginRefusedError, RefusedError, TransientError, origin
from ward_warehouse.sources.http.auth import CREDENTIALS, TRANSIENT, make_auth, query_secret
from ward_warehouse.sources.http.transport import Deadline, GuardedTransport, Pace, proxy_for, tls_context
from ward_warehouse.sources.json_text import decoder, whole
from ward_warehouse.sources.numbers import json_number

REDIRECTS = 3
HOPELESS = (httpx.LocalProtocolError, httpx.UnsupportedProtocol)
READER = decoder(json_number)
BAD_CERTIFICATE = "CERTIFICATE_VERIFY_FAILED"


@dataclass(frozen=True)
class Limits:
    """How long a page is waited for, in seconds, and how often it is asked for."""

    connect: float = 5.0
    read: float = 30.0
    attempts: int = 4
    first_wait: float = 0.2
    longest_wait: float = 10.0
    longest_retry_after: float = 120.0


class JsonClient:
    """An open endpoint. TLS is verified, and no request leaves the connection's host except to its token endpoint.

    Args:
        feed: a ward's feed.
        connection: where its system is.
        spec: how its endpoint is asked.
        limits: how long a page is waited for, and how often it is asked for.
        was_silent: the system has just left another feed without an answer: until it gives one it is asked once.
    """

    def __init__(
        self, feed: Feed, connection: Connection, spec: HttpRead, limits: Limits, *, was_silent: bool = False
    ) -> None:
        self.base = base_url(connection, spec)
        self._feed = feed
        self._connection = connection
        self._spec = spec
        self._limits = limits
        self._attempts = 1 if was_silent else limits.attempts
        self._auth = make_auth(spec.auth, connection)
        self._secret = query_secret(spec.auth, connection)
        self._tls = tls_context(connection)
        # Exponential, with a part by chance: wards that share a server must not come back all at once.
        self._back_off = wait_exponential_jitter(
            multiplier=limits.first_wait, max=limits.longest_wait, jitter=limits.first_wait
        )

    def __enter__(self) -> JsonClient:
        limits = self._limits
        self._deadline = Deadline(self._spec.time_limit_seconds)
        self._cap = self._spec.max_page_mib * 1024**2
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        inner = httpx.HTTPTransport(verify=self._tls, proxy=proxy_for(self.base))
        self._http = httpx.Client(
            transport=GuardedTransport(inner, timeout, self._deadline, self._cap, self.base.host, self._secret),
            headers={"Accept": "application/json", "Accept-Encoding": "gzip"},
            auth=self._auth,
            event_hooks={"request": [Pace(self._spec.requests_per_second).wait]},
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deadline.cancel()
        self._http.close()

    def get(self, url: httpx.URL, where: str) -> Answer:
        """One page.

        Raises:
            SourceError: there is no usable answer; the text starts with `where` and holds no part of a query.
        """
        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            stop=self._gives_up,
            wait=self._wait,
            reraise=True,
        )
        try:
            if self._deadline.left <= 0:
                raise RefusedError("the time is over")
            return retrying(self._once, url)
        except (RefusedError, TransientError, httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(f"{where}: {self._reason(error)}", self._cause(error)) from None

    def _once(self, url: httpx.URL) -> Answer:
        response = self._send(url)
        try:
            self._check_status(response)
            self._attempts = self._limits.attempts
            found = b"".join(response.iter_raw())
        finally:
            response.close()
        try:
            value = READER.decode(_text(found))
        except (ValueError, RecursionError):
            raise RefusedError(self._no_json(response, len(found))) from None
        return Answer(value, _links(response))

    def _no_json(self, response: httpx.Response, size: int) -> str:
        kind = response.headers.get("content-type", "no content type")
        moved = f" after a redirect to {quoted(response.url.path)}" if response.history else ""
        login = f"check the secret in connection {self._connection.id}, then " if "html" in kind.lower() else ""
        page = "; a page for people, such as a login" if login else ""
        return (
            f"found {size} bytes of {quoted(kind)}{moved}, expected JSON{page}; the batch is held back: {login}ask the "
            "vendor"
        )

    def _send(self, url: httpx.URL) -> httpx.Response:
        request = self._http.build_request("GET", self._without_secret(url))
        history: list[httpx.Response] = []
        for _ in range(REDIRECTS + 1):
            response = self._http.send(request, stream=True)
            response.history = history
            if response.next_request is None:
                return response
            response.close()
            history.append(response)
            request = response.next_request
            if origin(request.url) != origin(self.base):
                raise RefusedError(
                    f"the server answered {response.status_code}, a redirect to {origin(request.url)}, expected the "
                    f"records from {origin(self.base)}; it was not followed, for the credentials would go there. If it "
                    f"is a login page, renew the secret in connection {self._connection.id}; otherwise ask the ward, "
                    "and correct the address"
                )
            request.url = self._without_secret(request.url)
        raise RefusedError(f"the server redirects more than {REDIRECTS} times; ask the vendor")

    def _without_secret(self, url: httpx.URL) -> httpx.URL:
        """An address that the server gave may echo the API key, and httpx logs addresses."""
        for name in self._secret:
            url = url.copy_remove_param(name) if name in url.params else url
        return url

    def _check_status(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in TRANSIENT:
            raise TransientError(str(status), _retry_after(response))
        if status in (401, 403):
            known = self._auth is not None or self._secret
            what = CREDENTIALS[self._spec.auth.type] if known else "a request without credentials"
            raise LoginRefusedError(
                f"the server refused {what} ({status}), expected 200; renew the secret in connection "
                f"{self._connection.id}"
            )
        if status != 200:
            raise RefusedError(
                f"the server answered {status}, expected 200; check the path in "
                f"dags/systems/{self._feed.system.system}.yml and the ward's system; if it answers so after the "
                "last page, say there how the last page is told (pagination: total or more)"
            )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, TransientError) else None
        return max(self._back_off(state), asked or 0.0)

    def _gives_up(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, TransientError) else None
        too_long = (asked or 0.0) > self._limits.longest_retry_after
        return too_long or stop_after_attempt(self._attempts)(state) or self._deadline.left <= state.upcoming_sleep

    def _cause(self, error: Exception) -> Cause:
        if isinstance(error, LoginRefusedError):
            return "login_refused"
        return "no_answer" if self._deadline.left <= 0 or _may_pass(error) else "unreadable"

    def _reason(self, error: Exception) -> str:
        """What to tell people; an exception's own text is shown only where it cannot hold a secret or a query."""
        limits = self._limits
        if isinstance(error, RefusedError) and self._deadline.left > 0:
            return str(error)
        if self._deadline.left <= 0:
            return (
                f"the read took longer than {self._deadline.seconds} s, its limit for all pages together; the batch is "
                "held back: ask the ward why its system is slow, or raise time_limit_seconds in "
                f"dags/systems/{self._feed.system.system}.yml"
            )
        if isinstance(error, TransientError):
            up_to = "up to " if self._attempts > 1 else ""
            if error.retry_after is not None and error.retry_after > limits.longest_retry_after:
                return (
                    f"the server answered {error} and asks to wait {error.retry_after:.0f} s, expected at most "
                    f"{limits.longest_retry_after:.0f} s; run the ward again later"
                )
            return (
                f"the server answered {error} in {up_to}{self._tries()}, expected 200; ask the ward whether "
                "its system is up, then run the ward again"
            )
        if BAD_CERTIFICATE in str(error):
            return (
                f"the certificate of {origin(self.base)} is not trusted, expected one of a known authority; name the "
                f"ward's authority in ca_file of connection {self._connection.id}, after asking the ward for it"
            )
        text = f": {error}" if isinstance(error, httpx.ConnectError) else ""
        return (
            f"no answer after {self._tries()} ({type(error).__name__}{text}); check that the ward's system "
            "is up and reachable, then run the ward again"
        )

    def _tries(self) -> str:
        if self._attempts < self._limits.attempts:
            return "one attempt, for it had just left records of another kind without an answer"
        return f"{self._attempts} attempts"


def base_url(connection: Connection, spec: HttpRead) -> httpx.URL:
    """The endpoint's address, without a query.

    Raises:
        SourceError: the connection gives no usable address.
    """
    scheme = connection.schema or "https"
    path = str(connection.extra.get("base_path", "")).rstrip("/") + spec.path
    try:
        if scheme not in ("http", "https") or not connection.host:
            raise httpx.InvalidURL("no address")
        return httpx.URL(scheme=scheme, host=connection.host, port=connection.port, path=path)
    except httpx.InvalidURL:
        raise SourceError(
            f"connection {connection.id}: expected the ward's server in host (a name alone), http or https in schema, "
            "and a path in base_path; correct it"
        ) from None


def _text(found: bytes) -> str:
    """JSON is UTF-8 whatever charset an old server claims, and a byte order mark does no harm."""
    encoding = json.detect_encoding(found)
    try:
        text = found.decode(encoding)
    except UnicodeDecodeError:
        # Some servers write the halves of a pair as they are.
        halves = found.decode(encoding, "surrogatepass")
        text = halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole(text)


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, TransientError):
        return True
    return (
        isinstance(error, httpx.TransportError)
        and not isinstance(error, HOPELESS)
        and BAD_CERTIFICATE not in str(error)
    )


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, section 10.2.3).

    A date is counted from the server's own clock, which its answer shows: it may be hours away from ours.
    """
    text = str(response.headers.get("retry-after", "")).strip()
    if text.isdecimal():
        return float(text)
    moment = _date(text)
    if moment is None:
        return None
    return max(0.0, (moment - (_date(response.headers.get("date", "")) or datetime.now(UTC))).total_seconds())


def _date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _links(response: httpx.Response) -> dict[str, str]:
    """Addresses by relation; one link may stand for several (`rel="next last"`)."""
    found: dict[str, Any] = {}
    for link in response.links.values():
        for relation in link.get("rel", "").lower().split():
            found[relation] = link["url"]
    return found
