"""Who reads, and whom a reader trusts: credentials, OAuth2 tokens and TLS, against real servers on loopback."""

from __future__ import annotations

import base64
import ipaddress
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tests.support.json_endpoint import PAGE, SECRET, Endpoint, answer, items, rows, source
from ward_warehouse.core.errors import SourceError
from ward_warehouse.registry import HttpRead

GOOD = {"items": items(1)}
BASIC = "Basic " + base64.b64encode(f"reader:{SECRET}".encode()).decode()
AUTHS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "bearer": ({}, {}),
    "basic": ({"type": "basic"}, {"login": "reader"}),
    "api key header": ({"type": "api_key", "header": "X-API-Key"}, {}),
    "api key query": ({"type": "api_key", "query": "key"}, {}),
}
OAUTH2 = {"type": "oauth2", "scope": "read"}
NUMBERED = {**PAGE, "total": "total"}


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint().serving() as serving:
        yield serving


def proves(request: Request, secret: str) -> bool:
    basic = "Basic " + base64.b64encode(f"reader:{secret}".encode()).decode()
    return (
        request.headers.get("authorization") in (f"Bearer {secret}", basic)
        or request.headers.get("x-api-key") == secret
        or request.query_params.get("key") == secret
    )


def guard(endpoint: Endpoint) -> None:
    endpoint.handle = lambda r: JSONResponse(GOOD) if proves(r, SECRET) else Response(status_code=401)


@pytest.mark.parametrize("name", AUTHS)
def test_the_right_secret_is_accepted(endpoint: Endpoint, name: str) -> None:
    guard(endpoint)
    auth, connection = AUTHS[name]
    assert len(rows(source(endpoint, connection, auth=auth))) == 1


@pytest.mark.parametrize("name", AUTHS)
def test_a_wrong_secret_is_refused_and_said_without_it(
    endpoint: Endpoint, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    guard(endpoint)
    auth, connection = AUTHS[name]
    with pytest.raises(SourceError, match=r"page 1: the server refused .* \(401\).*connection p01") as caught:
        rows(source(endpoint, {**connection, "password": "an-old-secret"}, auth=auth))
    assert "an-old-secret" not in str(caught.value) + caplog.text
    assert len(endpoint.requests) == 1


@pytest.mark.parametrize("status", [403, 404, 500, 302])
@pytest.mark.parametrize("name", AUTHS)
def test_no_message_and_no_log_shows_a_secret(
    endpoint: Endpoint, name: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # Airflow, where a test of this process imported it, has httpx say less.
    caplog.set_level(logging.DEBUG, "httpx")
    endpoint.handle = lambda r: Response(status_code=status, headers={"Location": "http://localhost:1/"})
    auth, connection = AUTHS[name]
    with pytest.raises(SourceError) as caught:
        rows(source(endpoint, connection, auth=auth))
    shown = str(caught.value) + repr(caught.value.__cause__) + caplog.text
    assert SECRET not in shown
    assert BASIC not in shown
    assert "HTTP Request" in caplog.text


def test_a_key_that_the_server_echoes_in_its_links_is_not_logged(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)

    def handle(request: Request) -> Response:
        if len(endpoint.requests) == 1:
            return RedirectResponse(str(request.url.include_query_params(hop=1)), 307)
        following = str(request.url.include_query_params(p=2)) if len(endpoint.requests) == 2 else None
        return JSONResponse({"items": items(len(endpoint.requests))[-1:], "next": following})

    endpoint.handle = handle
    auth = {"type": "api_key", "query": "key"}
    found = rows(source(endpoint, auth=auth, pagination={"style": "link", "next": "next"}))
    assert len(found) == 2
    assert [request.query_params.getlist("key") for request in endpoint.requests] == [[SECRET]] * 3
    assert SECRET not in caplog.text


@pytest.mark.parametrize("password", ["line\nend", "mật khẩu", " space"])
def test_a_secret_that_no_header_can_carry_is_not_shown(endpoint: Endpoint, password: str) -> None:
    with pytest.raises(SourceError, match=r"p01.*copy the secret again") as caught:
        source(endpoint, {"password": password})
    assert password not in str(caught.value)


@pytest.mark.parametrize("auth", [{"type": "basic"}, {"type": "api_key", "query": "key"}, OAUTH2])
def test_a_connection_without_the_secret_is_named(endpoint: Endpoint, auth: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match=r"connection p01.*password; add it"):
        source(endpoint, {"password": "", "login": "reader"}, auth=auth)


# OAuth2


class TokenServer:
    """Gives `token-1`, `token-2`, ... to the ward's client; the records need the newest one that still `lives`."""

    def __init__(self, endpoint: Endpoint, lives: int = 1000) -> None:
        self.endpoint = endpoint
        self.given = 0
        self.lives = lives
        self.used = 0
        endpoint.handle = self.handle

    def handle(self, request: Request) -> Response:
        if request.url.path == "/token":
            return self.token(request)
        self.used += 1
        if request.headers.get("authorization") != f"Bearer token-{self.given}" or self.used > self.lives:
            return Response(status_code=401)
        start = (int(request.query_params["page"]) - 1) * 3
        return JSONResponse({"items": items(9)[start : start + 3], "total": 9})

    def token(self, request: Request) -> Response:
        form = self.endpoint.forms[-1]
        in_body = form.get("client_id") == ["reader"] and form.get("client_secret") == [SECRET]
        if form["grant_type"] != ["client_credentials"] or form["scope"] != ["read"]:
            return Response(status_code=400)
        if not (in_body or request.headers.get("authorization") == BASIC):
            return Response(status_code=401)
        self.given, self.used = self.given + 1, 0
        return JSONResponse({"access_token": f"token-{self.given}", "token_type": "Bearer"})


def client(endpoint: Endpoint, **changes: Any) -> dict[str, Any]:
    return {"login": "reader", "extra": {"token_url": f"http://127.0.0.1:{endpoint.port}/token"}, **changes}


@pytest.mark.parametrize("way", ["basic", "body"])
def test_one_token_serves_all_pages(endpoint: Endpoint, way: str) -> None:
    server = TokenServer(endpoint)
    assert len(rows(source(endpoint, client(endpoint), auth={**OAUTH2, "client": way}, pagination=NUMBERED))) == 9
    assert server.given == 1


def test_a_token_that_ends_in_mid_read_is_renewed(endpoint: Endpoint) -> None:
    server = TokenServer(endpoint, lives=2)
    assert len(rows(source(endpoint, client(endpoint), auth=OAUTH2, pagination=NUMBERED))) == 9
    assert server.given == 2


def test_a_token_is_renewed_only_once(endpoint: Endpoint, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = TokenServer(endpoint, lives=1)
    normal = server.token

    def token(request: Request) -> Response:
        response = normal(request)
        server.lives = 1 if server.given == 1 else 0
        return response

    server.token = token  # type: ignore[method-assign]
    with pytest.raises(SourceError, match=r"page 2: the server refused the access token \(401\)") as caught:
        rows(source(endpoint, client(endpoint), auth=OAUTH2, pagination=NUMBERED))
    assert server.given == 2
    assert not any(secret in str(caught.value) + caplog.text for secret in (SECRET, "token-1", "token-2"))


def test_a_wrong_client_secret_is_refused(endpoint: Endpoint) -> None:
    TokenServer(endpoint)
    with pytest.raises(
        SourceError, match=r"page 1: the token endpoint http://127.*answered 401.*connection p01"
    ) as caught:
        rows(source(endpoint, client(endpoint, password="an-old-secret"), auth=OAUTH2, pagination=NUMBERED))
    assert "an-old-secret" not in str(caught.value)


@pytest.mark.parametrize("body", [{}, [], {"access_token": 7}, {"access_token": "two\nlines"}])
def test_a_token_answer_without_a_token(endpoint: Endpoint, body: Any) -> None:
    endpoint.handle = answer(body)
    with pytest.raises(SourceError, match="without a usable access_token"):
        rows(source(endpoint, client(endpoint), auth=OAUTH2, pagination=NUMBERED))


@pytest.mark.parametrize(
    "url", ["http://login.example/token", "ftp://127.0.0.1/token", "", "https://u:p@login.example"]
)
def test_a_token_url_that_is_not_safe_is_refused(endpoint: Endpoint, url: str) -> None:
    with pytest.raises(SourceError, match=r"connection p01.*https"):
        source(endpoint, client(endpoint, extra={"token_url": url}), auth=OAUTH2, pagination=NUMBERED)


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that signs itself, and its key, as PEM files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ward")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    return folder / "cert.pem", folder / "key.pem"


def test_a_certificate_is_trusted_by_its_ca_file_alone(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    with Endpoint().serving(ssl_certfile=str(cert), ssl_keyfile=str(key)) as endpoint:
        guard(endpoint)
        with pytest.raises(SourceError, match=r"certificate of https://127.*not trusted.*ca_file of connection p01"):
            rows(source(endpoint, {"schema": "https"}))
        assert endpoint.requests == []
        trusting = {"schema": "https", "extra": {"ca_file": str(cert)}}
        assert len(rows(source(endpoint, trusting))) == 1
        with pytest.raises(SourceError, match="not trusted"):
            rows(source(endpoint, {**trusting, "host": "localhost"}))


@pytest.mark.parametrize("extra", [{"verify": False}, {"verify": "false"}, {"ca_file": "/nonexistent/ca.pem"}])
def test_verification_cannot_be_switched_off(endpoint: Endpoint, extra: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match=r"connection p01.*(verify|ca_file)"):
        source(endpoint, {"schema": "https", "extra": extra})


# The system file


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"pagination": {"style": "page", "size_param": "s"}}, "page_param is missing"),
        ({"pagination": {"style": "link", "page_param": "p"}}, "does not use page_param"),
        ({"pagination": {"style": "offset", "offset_param": "o", "size_param": "s", "size": 1}}, "overlap"),
        ({"auth": "api_key"}, "exactly one of header, query"),
        ({"auth": {"type": "basic", "scope": "x"}}, "does not use scope"),
        ({"auth": {"type": "bearer", "password": SECRET}}, "password"),
        ({"since_param": "since"}, "time_format is missing"),
        ({"path": "http://evil.invalid/"}, "pattern"),
    ],
)
def test_a_wrong_description_says_what_is_wrong(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(ValidationError, match=part):
        HttpRead.model_validate({"path": "/votes", "pagination": {"style": "link"}, **changes})


@pytest.mark.parametrize("address", [{"host": ""}, {"host": "http://x"}, {"schema": "ftp"}])
def test_a_connection_without_a_usable_address_is_named(endpoint: Endpoint, address: dict[str, str]) -> None:
    with pytest.raises(SourceError, match=r"p01.*expected the ward's server in host"):
        source(endpoint, address)
