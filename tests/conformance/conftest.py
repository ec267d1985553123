"""A fixture for every kind of source; a server starts when the first selected test needs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import rigs
from tests.support.json_endpoint import QUICK, Endpoint

Make = Callable[[pytest.FixtureRequest, Path], rigs.Rig]


def _http(style: str) -> Make:
    return lambda request, _: rigs.HttpRig(endpoint=request.getfixturevalue("json_endpoint"), style=style)


def _server(fixture: str) -> Make:
    return lambda request, _: rigs.ServerRig(server=request.getfixturevalue(fixture))


KINDS: dict[str, Make] = {
    "sqlite": lambda _, folder: rigs.SqliteRig(path=folder / "ward.db"),
    "postgres": _server("postgres_server"),
    "mariadb": _server("mariadb_server"),
    "http page": _http("page"),
    "http offset": _http("offset"),
    "http cursor": _http("cursor"),
    "http link": _http("link"),
    "csv": lambda _, folder: rigs.FilesRig(path=folder),
    "xlsx": lambda _, folder: rigs.FilesRig(path=folder, ending="xlsx"),
    "sftp": lambda request, _: rigs.SftpRig(server=request.getfixturevalue("sftp_server")),
    "s3": lambda request, _: rigs.S3Rig(server=request.getfixturevalue("s3_server")),
}


@pytest.fixture(scope="session")
def json_endpoint() -> Iterator[Endpoint]:
    with Endpoint().serving() as endpoint:
        yield endpoint


@pytest.fixture
def rig(kind: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rigs.Rig:
    monkeypatch.setattr("ward_warehouse.sources.http.source.Limits", lambda: QUICK)
    folder = tmp_path / "system"
    folder.mkdir()
    return KINDS[kind](request, folder)
