"""Folders on servers: SFTP with a known host key, and S3; each entered by its connection alone."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import paramiko
import pytest

from tests.support.dropped_files import COLUMNS, system
from tests.support.feeds import feed
from tests.support.file_servers import PASSWORD, S3Server, SftpServer
from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.sources import Window
from ward_warehouse.sources.files import FilesSource

HEADER = ",".join(COLUMNS)
GOOD = f"{HEADER}\nHS-1,1,x\n".encode()
BAD = "Số,Kết quả\nHS-1,bí mật\n".encode()


class Sftp:
    """A folder of its own on the SFTP server."""

    def __init__(self, server: SftpServer) -> None:
        self.server = server
        self.name = f"/{uuid4().hex}"
        self.path = Path(f"{server.root}{self.name}")
        self.path.mkdir()

    def put(self, name: str, content: bytes) -> None:
        (self.path / name).write_bytes(content)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir())

    def text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def connection(self, **changes: Any) -> Connection:
        return self.server.connection(self.name, **changes)


class Bucket:
    """A bucket of its own on the S3 server; the files are under a prefix."""

    def __init__(self, server: S3Server) -> None:
        self.server = server
        self.name = f"ward-{uuid4().hex}"
        server.client.create_bucket(Bucket=self.name)
        # What a browser of buckets leaves when it makes a folder.
        server.client.put_object(Bucket=self.name, Key="drop/", Body=b"")

    def put(self, name: str, content: bytes) -> None:
        self.server.client.put_object(Bucket=self.name, Key=f"drop/{name}", Body=content)

    def names(self) -> list[str]:
        found = self.server.client.list_objects_v2(Bucket=self.name, Prefix="drop/")["Contents"]
        return sorted(entry["Key"].removeprefix("drop/") for entry in found if entry["Key"] != "drop/")

    def text(self, name: str) -> str:
        body = self.server.client.get_object(Bucket=self.name, Key=f"drop/{name}")["Body"].read()
        return str(body.decode())

    def connection(self, **changes: Any) -> Connection:
        return self.server.connection(f"{self.name}/drop/", **changes)


Place = Sftp | Bucket


@pytest.fixture(params=["sftp", "s3"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    server = request.getfixturevalue(f"{request.param}_server")
    yield Sftp(server) if request.param == "sftp" else Bucket(server)
    if request.param == "sftp":
        server.reads_left = None


def night(connection: Connection, loaded: dict[str, str] | None = None) -> tuple[list[str], FilesSource]:
    source = FilesSource(feed(system()), connection, loaded or {})
    return [row["Số"] for table in source.read(Window()) for row in table.to_pylist()], source


def test_a_file_is_taken_once_and_a_refused_one_gets_a_receipt_that_goes(place: Place) -> None:
    place.put("a.csv", GOOD)
    place.put("b.csv", BAD)
    found, source = night(place.connection())
    assert found == ["HS-1"]
    assert "file b.csv row 1 column Ngày nhận" in source.report.refused[0]
    assert place.names() == ["a.csv", "b.csv", "b.csv.receipt.txt"]
    receipt = place.text("b.csv.receipt.txt")
    assert "Tệp: b.csv" in receipt
    assert "bí mật" not in receipt
    again, source = night(place.connection(), source.report.files)
    assert again == []
    place.put("b.csv", GOOD.replace(b"HS-1", b"HS-2"))
    found, source = night(place.connection(), source.report.files | {"a.csv": hashlib.sha256(GOOD).hexdigest()})
    assert found == ["HS-2"]
    assert place.names() == ["a.csv", "b.csv"]


@pytest.mark.parametrize("changes", [{"password": "an-old-password"}, {"login": "nobody"}])
def test_a_wrong_login_is_said_without_the_secret(place: Place, changes: dict[str, str]) -> None:
    place.put("a.csv", GOOD)
    with pytest.raises(
        SourceError, match=r"p01 dossiers.*(refused the login.*connection p01|cannot be listed)"
    ) as caught:
        night(place.connection(**changes))
    assert "an-old-password" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there_and_a_server_that_is_down(place: Place) -> None:
    with pytest.raises(SourceError, match=r"cannot be listed|found no file"):
        night(place.connection(extra={"path": "nowhere-of-all/at"}))
    start = time.monotonic()
    down = {"port": 1} if isinstance(place, Sftp) else {"extra": {"endpoint_url": "http://127.0.0.1:1"}}
    with pytest.raises(SourceError, match=r"p01 dossiers.*(is up|the server up)"):
        night(place.connection(**down))
    assert time.monotonic() - start < 20


# SFTP


def test_a_server_with_another_host_key_is_not_entered(sftp_server: SftpServer, tmp_path: Path) -> None:
    with SftpServer(tmp_path).serving() as other:
        known = sftp_server.connection("/").extra["host_key"]
        with pytest.raises(SourceError, match=r"shows a host key of SHA256:.*expected SHA256:.*ask the ward"):
            night(other.connection("/", extra={"host_key": known}))


@pytest.mark.parametrize("key", ["", "ssh-ed25519", "ssh-rsa not-base64!", "auto_add"])
def test_a_server_is_never_trusted_unseen(sftp_server: SftpServer, key: str) -> None:
    with pytest.raises(SourceError, match=r"connection p01: found no usable host_key.*ssh-keyscan"):
        night(sftp_server.connection("/", extra={"host_key": key}))


def test_a_line_of_ssh_keyscan_is_a_host_key(sftp_server: SftpServer) -> None:
    place = Sftp(sftp_server)
    place.put("a.csv", GOOD)
    key = f"[127.0.0.1]:{sftp_server.port} {sftp_server.host_key.get_name()} {sftp_server.host_key.get_base64()}"
    assert night(place.connection(extra={"host_key": key}))[0] == ["HS-1"]


def test_a_private_key_opens_too(sftp_server: SftpServer, tmp_path: Path) -> None:
    place = Sftp(sftp_server)
    place.put("a.csv", GOOD)
    key = paramiko.RSAKey.generate(2048)
    key.write_private_key_file(str(tmp_path / "key"))
    sftp_server.client_key = key
    assert night(place.connection(password="", extra={"key_file": str(tmp_path / "key")}))[0] == ["HS-1"]
    sftp_server.client_key = None


def test_a_link_out_of_the_folder_is_not_followed_on_a_server(sftp_server: SftpServer) -> None:
    place, outside = Sftp(sftp_server), Sftp(sftp_server)
    outside.put("secret.csv", GOOD)
    place.put("b.csv", GOOD.replace(b"HS-1", b"HS-2"))
    (place.path / "a.csv").symlink_to(outside.path / "secret.csv")
    found, source = night(place.connection())
    assert found == ["HS-2"]
    assert "a link that leads out of the folder" in source.report.refused[0]


def test_a_session_that_is_cut_in_mid_file_is_an_error_of_the_night(sftp_server: SftpServer) -> None:
    place = Sftp(sftp_server)
    place.put("a.csv", GOOD + b"HS-2,2,\n" * 200_000)
    sftp_server.reads_left = 3
    try:
        with pytest.raises(SourceError, match=r"file a\.csv cannot be read"):
            night(place.connection())
    finally:
        sftp_server.reads_left = None
    assert len(night(place.connection())[0]) == 200_001


# S3


def test_the_machine_s_own_accounts_are_not_used(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket(s3_server)
    bucket.put("a.csv", GOOD)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", s3_server.login)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", s3_server.password)
    with pytest.raises(SourceError, match="cannot be listed"):
        night(bucket.connection(login="", password=""))
    assert PASSWORD not in repr(bucket.connection())
