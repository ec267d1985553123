"""Files out of archives: gzip holds one, zip holds several; what unfolds without end or leads elsewhere is refused."""

from __future__ import annotations

import gzip
import hashlib
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from ward_warehouse.sources.files.limits import FREE_BYTES, MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED_BYTES
from ward_warehouse.sources.files.refusals import RefusedError

DAMAGE = (
    EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error, NotImplementedError, RuntimeError,
    ValueError, LookupError,
)  # fmt: skip
"""What the archive libraries raise on a file that is cut, damaged or packed in a way they do not know."""
CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What desktop systems add to archives on their own."""
FLAG_ENCRYPTED = 0x1


@dataclass(frozen=True)
class Item:
    """One file to read: `label` names it to people, `name` tells its kind by its ending."""

    label: str
    name: str
    fingerprint: str
    number: int
    open: Callable[[], io.BufferedReader]
    in_archive: bool = False


class Capped(io.RawIOBase):
    """A stream that refuses to give more than the limits allow.

    Args:
        stream: what is read.
        packed: size of the archive it comes from; None for a file that is not packed.
        limit: most bytes.
    """

    def __init__(self, stream: BinaryIO, packed: int | None, limit: int = MAX_UNPACKED_BYTES) -> None:
        self._stream = stream
        self._limit = limit
        self._ratio_limit = None if packed is None else max(FREE_BYTES, packed * MAX_RATIO)
        self._given = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Reads on.

        Raises:
            RefusedError: the limits are passed, or the archive is damaged.
        """
        try:
            chunk = self._stream.read(len(buffer))
        except DAMAGE:
            raise RefusedError("archive_damaged") from None
        self._given += len(chunk)
        if self._ratio_limit is not None and self._given > self._ratio_limit:
            raise RefusedError("archive_ratio", limit=MAX_RATIO)
        if self._given > self._limit:
            raise RefusedError("too_large", limit=self._limit)
        buffer[: len(chunk)] = chunk
        return len(chunk)


def unpack(name: str, content: bytes, fingerprint: str) -> Iterator[Item]:
    """The files in a dropped file: itself, what its gzip holds, or each member of its zip.

    Raises:
        RefusedError: the archive as a whole cannot be trusted.
    """
    if name.lower().endswith(".gz"):
        yield Item(name, name[:-3], fingerprint, 1, lambda: _capped_gzip(content))
    elif name.lower().endswith(".zip"):
        yield from _members(name, content)
    else:
        yield Item(name, name, fingerprint, 1, lambda: io.BufferedReader(Capped(io.BytesIO(content), None)))


def _capped_gzip(content: bytes) -> io.BufferedReader:
    return io.BufferedReader(Capped(gzip.GzipFile(fileobj=io.BytesIO(content)), len(content)))  # type: ignore[arg-type]


def _members(name: str, content: bytes) -> Iterator[Item]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except DAMAGE:
        raise RefusedError("archive_damaged") from None
    if not all(member.filename for member in archive.infolist()):
        raise RefusedError("archive_damaged")
    members = [m for m in archive.infolist() if not m.is_dir() and not _is_clutter(m.filename)]
    if not 1 <= len(members) <= MAX_MEMBERS:
        raise RefusedError("archive_members", count=len(members), limit=MAX_MEMBERS)
    for number, member in enumerate(members, 1):
        if escapes(member.orig_filename):
            raise RefusedError("member_escapes", number=number)
    if len({member.filename for member in members}) < len(members):
        raise RefusedError("member_twice")
    if any(member.flag_bits & FLAG_ENCRYPTED for member in members):
        raise RefusedError("archive_locked")
    # All members together may be as large as one file: a thousand bombs are one bomb.
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise RefusedError("too_large", limit=MAX_UNPACKED_BYTES)
    for number, member in enumerate(members, 1):
        fingerprint = _fingerprint(archive, member)
        yield Item(
            f"{name}/{member.filename}",
            member.filename,
            fingerprint,
            number,
            lambda member=member: _capped_member(archive, member),  # type: ignore[misc]
            in_archive=True,
        )


def _capped_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> io.BufferedReader:
    try:
        stream = archive.open(member)
    except DAMAGE:
        raise RefusedError("archive_damaged") from None
    return io.BufferedReader(Capped(stream, member.compress_size))  # type: ignore[arg-type]


def _fingerprint(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> str:
    digest = hashlib.sha256()
    with _capped_member(archive, member) as stream:
        while chunk := stream.read(FREE_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def escapes(name: str) -> bool:
    """Whether a member's name leads out of the folder it would be unpacked into."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return "\\" in name or "\x00" in name or ":" in name or name.startswith("/") or ".." in parts


def _is_clutter(name: str) -> bool:
    return name.startswith(CLUTTER[0]) or PurePosixPath(name).name in CLUTTER
