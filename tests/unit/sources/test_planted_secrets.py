"""Passwords with every kind of sign, planted in every kind of source: none is in an error, an outcome or a log."""

from __future__ import annotations

import base64
import html
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import JSONResponse

from tests.support.database_servers import Server
from tests.support.dropped_files import system as files_system
from tests.support.feeds import feed
from tests.support.file_servers import S3Server, SftpServer
from tests.support.json_endpoint import QUICK, Endpoint, source
from tests.support.planted import PASSWORDS, shows
from tests.unit.sources.test_sql_servers import described
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.secrets import masked
from ward_warehouse.sources import Source, Window, open_source


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_the_looking_finds_what_is_there(password: str) -> None:
    printed = [password, repr(password), ascii(password), repr(password.encode()), html.escape(password)]
    printed += [base64.b64encode(password.encode()).decode(), password.replace("'", "''")]
    for line in (f"ward p01: <{form}> failed" for form in printed):
        assert shows(line, password)
        assert not shows(masked(line, Connection("p01", "http", password=password)), password), line


# Every kind of source


def of_postgres(request: pytest.FixtureRequest, _: Path) -> tuple[Any, Connection, list[dict[str, Any]]]:
    server: Server = request.getfixturevalue("postgres_server")
    wrong = [{}, {"port": 1}, {"schema": "khong co"}, {"host": "[::1"}, {"host": "may chu"}]
    wrong += [{"extra": {"sslmode": "sai"}}, {"extra": {"sslmode": "verify-full", "sslrootcert": "/khong/co"}}]
    return described(), server.connection(), wrong


def of_mariadb(request: pytest.FixtureRequest, _: Path) -> tuple[Any, Connection, list[dict[str, Any]]]:
    server: Server = request.getfixturevalue("mariadb_server")
    return described(), server.connection(), [{}, {"port": 1}, {"schema": "khong co"}, {"host": "may chu"}]


def of_sftp(request: pytest.FixtureRequest, _: Path) -> tuple[Any, Connection, list[dict[str, Any]]]:
    server: SftpServer = request.getfixturevalue("sftp_server")
    return feed(files_system()), server.connection("/drop"), [{}, {"port": 1}, {"extra": {"path": "/drop"}}]


def of_s3(request: pytest.FixtureRequest, _: Path) -> tuple[Any, Connection, list[dict[str, Any]]]:
    server: S3Server = request.getfixturevalue("s3_server")
    gone = {"path": "s3://khong-co/x", "endpoint_url": "http://127.0.0.1:1"}
    return feed(files_system()), server.connection("khong-co/x"), [{}, {"extra": gone}]


def of_an_address(_: pytest.FixtureRequest, folder: Path) -> tuple[Any, Connection, list[dict[str, Any]]]:
    extra = {"path": str(folder / "gone"), "token": "{password}"}
    return feed(files_system()), Connection("p01", "fs", extra=extra), [{}]


KINDS: dict[str, Callable[[pytest.FixtureRequest, Path], tuple[Any, Connection, list[dict[str, Any]]]]] = {
    "postgres": of_postgres,
    "mariadb": of_mariadb,
    "sftp": of_sftp,
    "s3": of_s3,
    "folder": of_an_address,
}


def error_of(make: Callable[[], Source]) -> str:
    """What a person and a traceback are shown."""
    with pytest.raises(SourceError) as caught:
        list(make().read(Window()))
    return f"{caught.value!s} {caught.value!r} {caught.value.__cause__!r}"


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
@pytest.mark.parametrize("source", KINDS)
def test_no_error_and_no_log_shows_a_password(
    source: str, password: str, request: pytest.FixtureRequest, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ward, connection, wrong = KINDS[source](request, tmp_path)
    for changes in wrong:
        tried = replace(connection, password=password, **changes)
        said = error_of(lambda tried=tried: open_source(ward, tried, {}))  # type: ignore[misc]
        assert not shows(said, password), said
        assert not shows(repr(tried), password)
    ours = "\n".join(entry.getMessage() for entry in caplog.records if not entry.name.startswith(("moto", "werkzeug")))
    assert not shows(ours, password)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint().serving() as serving:
        yield serving


AUTHS: list[dict[str, Any]] = [{"type": "basic"}, {"type": "api_key", "query": "key"}, {"type": "oauth2"}]


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
@pytest.mark.parametrize("auth", AUTHS, ids=["basic", "key", "oauth2"])
def test_no_words_of_a_server_show_a_password(
    endpoint: Endpoint, auth: dict[str, Any], password: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A server that repeats what it was sent, as frameworks do while they are being mended."""
    caplog.set_level(logging.DEBUG)
    token = {"access_token": "x"}
    for form in (password, repr(password), password.encode().hex(), html.escape(password)):
        answer = {"error": form, "message": f"mật khẩu {form} sai", "items": [], **token}
        endpoint.handle = lambda _, answer=answer: JSONResponse(answer)  # type: ignore[misc]
        extra = {"token_url": f"http://127.0.0.1:{endpoint.port}/token"}
        known = {"login": "reader", "password": password, "extra": extra}
        said = error_of(lambda known=known: source(endpoint, known, QUICK, auth=auth))  # type: ignore[misc]
        assert "without records and with error" in said
        assert not shows(said, password), said
    ours = "\n".join(entry.getMessage() for entry in caplog.records if not entry.name.startswith("httpcore"))
    assert not shows(ours, password)


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
@pytest.mark.parametrize("source", ["postgres", "mariadb"])
def test_every_password_opens_its_database(source: str, password: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(f"{source}_server")
    if source == "postgres":
        from psycopg import sql

        role = sql.SQL("CREATE ROLE planted LOGIN SUPERUSER PASSWORD {}").format(sql.Literal(password))
        server.execute("DROP ROLE IF EXISTS planted", role)  # type: ignore[arg-type]
    else:
        server.execute("DROP USER IF EXISTS planted", "FLUSH PRIVILEGES")
        server.execute("CREATE USER planted@'%%' IDENTIFIED BY %s", rows=[(password,)])
        server.execute("GRANT ALL ON *.* TO planted@'%'")
    query = {"query": "SELECT 1 AS nam, 2 AS so, 'A' AS ma, NULL AS sua"}
    connection = replace(server.connection(), login="planted", password=password)
    [table] = list(open_source(described(query), connection, {}).read(Window()))
    assert table["ma"].to_pylist() == ["A"]
