"""The file system of an address, and what is said of an address that none is known for."""

from __future__ import annotations

from typing import Any

import fsspec

FileSystem = tuple[Any, str]
"""An fsspec file system, and the path in it."""


class UnknownProtocolError(Exception):
    """No file system here opens such an address; the text names its protocol alone, an address may hold a password."""


def file_system(address: str, **options: Any) -> FileSystem:
    """The file system of an address, and the path in it.

    Args:
        address: an fsspec URL, or a path.
        options: of its file system.

    Raises:
        UnknownProtocolError: there is no such file system, or what it needs is not installed.
    """
    try:
        fs, path = fsspec.url_to_fs(address, **options)
    except (ValueError, ImportError):
        protocol = address.partition("://")[0]
        raise UnknownProtocolError(
            f"found the protocol {protocol!r}, expected a folder, or an address that can be opened here such as "
            "s3://bucket/folder"
        ) from None
    return fs, path
