"""The folder of a ward's files: which ones match, and their bytes."""

from __future__ import annotations

import os
import unicodedata
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

import fsspec

from ward_warehouse.connections import Connection
from ward_warehouse.errors import SourceError
from ward_warehouse.registry import Dataset
from ward_warehouse.sources.files.limits import MAX_FILE_BYTES
from ward_warehouse.sources.files.receipts import SUFFIX
from ward_warehouse.sources.files.refusals import RefusedError


class Folder:
    """The folder that a connection names, over fsspec; sub-folders are not entered.

    Raises:
        SourceError: the connection names no folder, or the folder cannot be listed.
    """

    def __init__(self, dataset: Dataset, connection: Connection, pattern: str) -> None:
        self._dataset = dataset
        self._pattern = pattern
        path = str(connection.extra.get("path") or connection.host)
        if not path:
            raise SourceError(f"{dataset}: connection {connection.id} has no path; expected the folder of the files")
        self.fs, self._root = fsspec.url_to_fs(path)

    def listing(self) -> tuple[list[str], set[str]]:
        """Paths of the files that match, sorted, and the names of everything in the folder."""
        try:
            self.fs.invalidate_cache(self._root)
            found: list[dict[str, Any]] = self.fs.ls(self._root, detail=True)
        except OSError as error:
            raise SourceError(
                f"{self._dataset}: folder {PurePosixPath(self._root).name} cannot be listed "
                f"({type(error).__name__}); check that the share is mounted and readable"
            ) from None
        names = {PurePosixPath(entry["name"]).name for entry in found}
        matching = sorted(
            entry["name"]
            for entry in found
            if self._matches(PurePosixPath(entry["name"]).name) and self._is_file(entry)
        )
        if not matching:
            raise SourceError(
                f"{self._dataset}: found no file that matches {self._pattern}, expected at least one; ask the ward "
                "whether its export ran"
            )
        return matching, names

    def _matches(self, name: str) -> bool:
        # macOS decomposes the accents of file names; the pattern is composed.
        name = unicodedata.normalize("NFC", name)
        hidden = name.startswith(".") or name.endswith(SUFFIX)
        return not hidden and fnmatchcase(name, unicodedata.normalize("NFC", self._pattern))

    def _is_file(self, entry: dict[str, Any]) -> bool:
        if entry.get("islink"):
            return not self.fs.isdir(entry["name"])
        # Never a pipe: it would keep the night waiting for a writer.
        return bool(entry["type"] == "file")

    def content(self, path: str) -> bytes:
        """All bytes of a file.

        Raises:
            RefusedError: it is too large, or a link to somewhere else.
            SourceError: it cannot be read.
        """
        if "file" in self._protocols() and not _inside(path, self._root):
            raise RefusedError("link_escapes")
        try:
            with self.fs.open(path, "rb") as handle:
                content: bytes = handle.read(MAX_FILE_BYTES + 1)
        except OSError as error:
            raise SourceError(
                f"{self._dataset}: file {PurePosixPath(path).name} cannot be read ({type(error).__name__}); check the "
                "share"
            ) from None
        if len(content) > MAX_FILE_BYTES:
            raise RefusedError("too_large", limit=MAX_FILE_BYTES)
        return content

    def _protocols(self) -> tuple[str, ...]:
        protocol = self.fs.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)


def _inside(path: str, root: str) -> bool:
    real, top = os.path.realpath(path), os.path.realpath(root)
    return os.path.commonpath([real, top]) == top
