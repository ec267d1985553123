"""A folder on an SFTP server whose host key the connection names: a server that shows another one is not entered."""

from __future__ import annotations

import base64
from itertools import pairwise
from typing import Any

import paramiko
from fsspec.implementations.sftp import SFTPFileSystem

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError

ERRORS = (paramiko.SSHException, EOFError)
SSH_PORT = 22


class KnownHostFileSystem(SFTPFileSystem):  # type: ignore[misc]
    """fsspec's SFTP with one known host key; fsspec's own accepts every key that it has not seen."""

    def _connect(self) -> None:
        options = dict(self.ssh_kwargs)
        key, seconds = options.pop("host_key"), options["timeout"]
        port = options["port"]
        self.client = paramiko.SSHClient()
        self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        name = self.host if port == SSH_PORT else f"[{self.host}]:{port}"
        self.client.get_host_keys().add(name, key.get_name(), key)
        self.client.connect(self.host, **options)
        self.ftp = self.client.open_sftp()
        channel = self.ftp.get_channel()
        if channel is not None:
            channel.settimeout(seconds)

    def real_path(self, path: str) -> str:
        """The path with its links followed by the server."""
        return str(self.ftp.normalize(path))

    def close(self) -> None:
        """Ends the session."""
        self.client.close()


def open_sftp(connection: Connection, seconds: int) -> KnownHostFileSystem:
    """The server of a connection: login and password, or the private key in the file `key_file`; `host_key` is needed.

    Raises:
        SourceError: the connection lacks a part, or the server refuses it or is another one.
    """
    port = connection.port or SSH_PORT
    where = f"the SFTP server {connection.host}:{port}"
    options: dict[str, Any] = {
        "port": port,
        "username": connection.login,
        "password": connection.password or None,
        "key_filename": connection.extra.get("key_file"),
        "host_key": _host_key(connection),
        "allow_agent": False,
        "look_for_keys": False,
        **dict.fromkeys(("timeout", "banner_timeout", "auth_timeout"), seconds),
    }
    try:
        return KnownHostFileSystem(connection.host, **options, skip_instance_cache=True)
    except paramiko.BadHostKeyException as error:
        raise SourceError(
            f"{where} shows a host key of {_fingerprint(error.key)}, expected {_fingerprint(options['host_key'])}; it "
            f"may be another machine: ask the ward before you change host_key in connection {connection.id}"
        ) from None
    except paramiko.AuthenticationException:
        raise SourceError(
            f"{where} refused the login; renew the password or key_file in connection {connection.id}",
            "login_refused",
        ) from None
    except (OSError, *ERRORS) as error:
        raise SourceError(
            f"{where} cannot be entered ({type(error).__name__}); check that it is up, and connection {connection.id}",
            "no_answer",
        ) from None


def _host_key(connection: Connection) -> paramiko.PKey:
    """The key in `host_key`, as a line of known_hosts or of ssh-keyscan has it."""
    parts = str(connection.extra.get("host_key") or "").split()
    for kind, encoded in pairwise(parts):
        try:
            return paramiko.PKey.from_type_string(kind, base64.b64decode(encoded, validate=True))
        except (ValueError, paramiko.SSHException):
            continue
    raise SourceError(
        f"connection {connection.id}: found no usable host_key, expected the server's public key such as 'ssh-ed25519 "
        "AAAA...'; ask the ward for it (the last two words of a line of ssh-keyscan), servers are never trusted unseen"
    )


def _fingerprint(key: paramiko.PKey) -> str:
    return str(key.fingerprint)
