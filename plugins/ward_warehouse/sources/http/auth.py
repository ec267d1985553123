"""How a reader proves who it is; secrets come from the connection alone and appear in no message."""

from __future__ import annotations

from collections.abc import Generator
from ipaddress import ip_address
from urllib.parse import quote_plus

import httpx

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.registry.http_reads import HttpAuth
from ward_warehouse.sources.http.answers import LoginRefusedError, RefusedError, TransientError, origin

TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
CREDENTIALS = {
    "bearer": "the token",
    "basic": "the login and password",
    "api_key": "the API key",
    "oauth2": "the access token",
}
"""What a server refuses when it answers 401 or 403."""


class HeaderAuth(httpx.Auth):
    """A secret in a header of every request: a bearer token or an API key."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends the request with the header."""
        request.headers[self._name] = self._value
        yield request


class ClientCredentials(httpx.Auth):
    """OAuth2 client credentials (RFC 6749, section 4.4); a token that is refused with 401 is renewed once."""

    def __init__(self, connection: Connection, auth: HttpAuth) -> None:
        self._connection = connection
        self._auth = auth
        self._url = _token_url(connection)
        self._token: str | None = None

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sends the request with a token, which is asked for first when there is none."""
        fresh = self._token is None
        if fresh:
            self._take_token((yield self._token_request()))
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == 401 and not fresh:
            self._token = None
            self._take_token((yield self._token_request()))
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _token_request(self) -> httpx.Request:
        form = {"grant_type": "client_credentials"}
        if self._auth.scope:
            form["scope"] = self._auth.scope
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        login, password = self._connection.login, self._connection.password
        if self._auth.client == "body":
            form |= {"client_id": login, "client_secret": password}
            return httpx.Request("POST", self._url, data=form, headers=headers)
        request = httpx.Request("POST", self._url, data=form, headers=headers)
        # The RFC (section 2.3.1) has both parts form-encoded before they are joined by a colon.
        return next(httpx.BasicAuth(quote_plus(login), quote_plus(password)).auth_flow(request))

    def _take_token(self, response: httpx.Response) -> None:
        where = f"the token endpoint {origin(self._url)}"
        if response.status_code in TRANSIENT:
            raise TransientError(f"{response.status_code} from {where}")
        if response.status_code != 200:
            raise LoginRefusedError(
                f"{where} answered {response.status_code}, expected 200; check login, password and token_url of "
                f"connection {self._connection.id}"
            )
        response.read()
        try:
            token = response.json()["access_token"]
        except (ValueError, KeyError, TypeError, RecursionError):
            token = None
        if not isinstance(token, str) or not _fits_header(token):
            raise RefusedError(
                f"{where} answered without a usable access_token, expected JSON with one; check token_url of "
                f"connection {self._connection.id}"
            )
        self._token = token


def make_auth(auth: HttpAuth, connection: Connection) -> httpx.Auth | None:
    """What signs the requests; None when nothing does, or when the key goes into the query (see `query_secret`).

    Raises:
        SourceError: the connection lacks a part, or holds a secret that cannot be sent.
    """
    password = connection.password
    if auth.type == "none" or (auth.type == "bearer" and not password):
        return None
    if not password or (auth.type in ("basic", "oauth2") and not connection.login):
        needed = "a password" if auth.type == "api_key" else "a login and a password"
        raise SourceError(f"connection {connection.id}: the system asks for {auth.type}, expected {needed}; add it")
    if auth.type == "basic":
        return httpx.BasicAuth(connection.login, password)
    if auth.type == "oauth2":
        return ClientCredentials(connection, auth)
    if auth.query is not None:
        return None
    if not _fits_header(password):
        raise SourceError(
            f"connection {connection.id}: the password holds a character that no HTTP header can carry (a line end or "
            "a letter outside ASCII); copy the secret again"
        )
    return HeaderAuth(auth.header, password) if auth.header else HeaderAuth("Authorization", f"Bearer {password}")


def query_secret(auth: HttpAuth, connection: Connection) -> dict[str, str]:
    """The API key as a query parameter, if that is where the system wants it."""
    return {auth.query: connection.password} if auth.query else {}


def _fits_header(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable() and value == value.strip()


def _token_url(connection: Connection) -> httpx.URL:
    try:
        url = httpx.URL(str(connection.extra.get("token_url", "")))
    except httpx.InvalidURL:
        url = httpx.URL("")
    if not url.host or url.userinfo:
        raise SourceError(f"connection {connection.id}: expected the https address of the token endpoint in token_url")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.host)):
        raise SourceError(
            f"connection {connection.id}: token_url: found {origin(url)}, expected https; the login and password would "
            "cross the network in the clear"
        )
    return url


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
