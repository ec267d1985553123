"""Where the folder of a ward is: on a share, on an SFTP server, in an S3 bucket; entered by its connection alone."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import fsspec

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.file_systems import FileSystem, UnknownProtocolError, file_system
from ward_warehouse.core.object_store import SECONDS, s3_options

Place = FileSystem
"""Of a ward's connection: the path is that of the folder."""


def open_place(connection: Connection) -> Place:
    """The file system and folder of a connection: `sftp`, `aws` (S3), or any address that fsspec knows.

    Raises:
        SourceError: the connection lacks a part or its path is none that can be opened, or the server cannot be
            entered.
    """
    path = str(connection.extra.get("path") or ("" if connection.conn_type in OPENERS else connection.host))
    if not path:
        raise SourceError(f"connection {connection.id} has no path; expected the folder of the files")
    opener = OPENERS.get(connection.conn_type)
    if opener is not None:
        return opener(connection, path)
    try:
        return file_system(path)
    except UnknownProtocolError as error:
        raise SourceError(f"connection {connection.id}: path: {error}", "not_configured") from None


def read_errors(connection: Connection) -> tuple[type[Exception], ...]:
    """What reading from the place of a connection can raise."""
    match connection.conn_type:
        case "sftp":
            from ward_warehouse.sources.files.sftp import ERRORS

            return (OSError, *ERRORS)
        case "aws":
            from botocore.exceptions import BotoCoreError, ClientError

            return (OSError, BotoCoreError, ClientError)
    return (OSError,)


def leads_out(fs: Any, path: str, folder: str) -> bool:
    """Whether a path leads out of a folder once its links are followed; S3 has no links."""
    if hasattr(fs, "real_path"):
        real, top = fs.real_path(path), fs.real_path(folder)
    elif "file" in ((fs.protocol,) if isinstance(fs.protocol, str) else fs.protocol):
        real, top = os.path.realpath(path), os.path.realpath(folder)
    else:
        return False
    return bool(os.path.commonpath([real, top]) != top)


def close_place(fs: Any) -> None:
    """Ends the session with a server that has one."""
    if hasattr(fs, "close"):
        fs.close()


def _sftp(connection: Connection, path: str) -> Place:
    # Imported where it is used: a ward with a share does not wait for the cryptography of SSH.
    from ward_warehouse.sources.files.sftp import open_sftp

    return open_sftp(connection, SECONDS), path


def _s3(connection: Connection, path: str) -> Place:
    """S3 and what speaks like it; nothing of this machine's own AWS settings is used."""
    fs = fsspec.filesystem("s3", **s3_options(connection), skip_instance_cache=True)
    return fs, path.removeprefix("s3://").strip("/")


OPENERS: dict[str, Callable[[Connection, str], Place]] = {"sftp": _sftp, "aws": _s3}
"""Airflow's connection types of file servers."""
