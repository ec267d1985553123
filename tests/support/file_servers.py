"""Servers that hold a ward's files, real ones on loopback: SFTP with a host key, and S3 with accounts."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import httpx
import paramiko

from ward_warehouse.core.connections import Connection

LOGIN, PASSWORD = "reader", "a-password-of-the-ward"


@dataclass
class SftpServer:
    """An SFTP server over the folder `root`; `reads_left` cuts the session after so many reads."""

    root: Path
    port: int = 0
    host_key: paramiko.PKey = field(default_factory=lambda: paramiko.RSAKey.generate(2048))
    client_key: paramiko.PKey | None = None
    reads_left: int | None = None

    def connection(self, path: str, **changes: Any) -> Connection:
        extra = {"path": path, "host_key": f"{self.host_key.get_name()} {self.host_key.get_base64()}"}
        extra |= changes.pop("extra", {})
        parts = {"id": "p01", "conn_type": "sftp", "host": "127.0.0.1", "port": self.port, "login": LOGIN}
        return Connection(**{**parts, "password": PASSWORD, "extra": extra, **changes})

    @contextmanager
    def serving(self) -> Iterator[SftpServer]:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            threading.Thread(target=self._accept, args=[listening], daemon=True).start()
            yield self
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                transport = paramiko.Transport(listening.accept()[0])
                transport.add_server_key(self.host_key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self, transport)
                with suppress(paramiko.SSHException, EOFError):
                    transport.start_server(server=_Accounts(self))


class _Accounts(paramiko.ServerInterface):
    def __init__(self, server: SftpServer) -> None:
        self._server = server

    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (LOGIN, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return paramiko.AUTH_SUCCESSFUL if key == self._server.client_key else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password,publickey"

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    """The file system of the machine below the server's root."""

    def __init__(self, interface: Any, server: SftpServer, transport: paramiko.Transport) -> None:
        super().__init__(interface)
        self.server = server
        self.transport = transport

    def _real(self, path: str) -> str:
        return f"{self.server.root}{self.canonicalize_lexically(path)}"

    def canonicalize_lexically(self, path: str) -> str:
        return os.path.normpath(f"/{path}")

    def canonicalize(self, path: str) -> str:
        real = os.path.realpath(self._real(path))
        root = os.path.realpath(self.server.root)
        return "/" + os.path.relpath(real, root) if real != root else "/"

    def list_folder(self, path: str) -> Any:
        try:
            folder = self._real(path)
            found = []
            for name in os.listdir(folder):
                entry = paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(folder, name)))
                entry.filename = name
                found.append(entry)
            return found
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def stat(self, path: str) -> Any:
        return self._attributes(os.stat, path)

    def lstat(self, path: str) -> Any:
        return self._attributes(os.lstat, path)

    def _attributes(self, ask: Any, path: str) -> Any:
        try:
            return paramiko.SFTPAttributes.from_stat(ask(self._real(path)))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)

    def open(self, path: str, flags: int, attr: Any) -> Any:
        try:
            opened = os.fdopen(os.open(self._real(path), flags, 0o644), "wb" if flags & os.O_WRONLY else "rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno or 0)
        handle = _Handle(flags)
        handle.files, handle.readfile, handle.writefile = self, opened, opened
        return handle

    def remove(self, path: str) -> int:
        return self._done(os.remove, self._real(path))

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        return self._done(os.replace, self._real(oldpath), self._real(newpath))

    def _done(self, action: Any, *paths: str) -> int:
        try:
            action(*paths)
        except OSError as error:
            return int(paramiko.SFTPServer.convert_errno(error.errno or 0))
        return int(paramiko.SFTP_OK)


class _Handle(paramiko.SFTPHandle):
    files: _Files
    readfile: Any
    writefile: Any

    def read(self, offset: int, length: int) -> Any:
        server = self.files.server
        if server.reads_left is not None:
            server.reads_left -= 1
            if server.reads_left < 0:
                self.files.transport.close()
                return paramiko.SFTP_FAILURE
        return super().read(offset, length)


@dataclass(frozen=True)
class S3Server:
    """A server that speaks S3, and the account that may read and write it.

    `requests` are those that it was sent, by whatever process: method and path with its query.
    """

    endpoint: str
    login: str
    password: str
    requests: list[str] = field(default_factory=list)

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.login,
            aws_secret_access_key=self.password,
            region_name="us-east-1",
        )

    def connection(self, path: str, **changes: Any) -> Connection:
        extra = {"path": f"s3://{path}", "endpoint_url": self.endpoint, "region_name": "us-east-1"}
        extra |= changes.pop("extra", {})
        parts = {"id": "p01", "conn_type": "aws", "login": self.login, "password": self.password, "extra": extra}
        return Connection(**{**parts, **changes})


@contextmanager
def s3() -> Iterator[S3Server]:
    """An S3 server that checks signatures and rights."""
    from moto.server import ThreadedMotoServer  # it takes a second, and only S3 needs it

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        # Accounts and rights are moto's for the whole process: an earlier server of it would refuse this one's.
        user = f"{LOGIN}-{uuid4().hex[:8]}"
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"inf").raise_for_status()
        parts = {"endpoint_url": endpoint, "region_name": "us-east-1"}
        iam = boto3.client("iam", aws_access_key_id="first", aws_secret_access_key="first", **parts)
        iam.create_user(UserName=user)
        policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'
        iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=policy)
        key = iam.create_access_key(UserName=user)["AccessKey"]
        httpx.post(f"{endpoint}/moto-api/reset-auth", content=b"0").raise_for_status()
        made = S3Server(endpoint, key["AccessKeyId"], key["SecretAccessKey"])
        _note_requests(server, made.requests)
        yield made
    finally:
        server.stop()


def _note_requests(server: Any, requests: list[str]) -> None:
    """Puts a listener before the application that answers."""
    answer = server._server.app

    def noting(environ: dict[str, Any], start_response: Any) -> Any:
        query = environ.get("QUERY_STRING")
        requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}{'?' + query if query else ''}")
        return answer(environ, start_response)

    server._server.app = noting
