"""The folder of a ward's files: which ones match, and their bytes."""

from __future__ import annotations

import unicodedata
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.registry import Dataset
from ward_warehouse.sources.files.limits import MAX_FILE_BYTES
from ward_warehouse.sources.files.places import close_place, leads_out, open_place, read_errors
from ward_warehouse.sources.files.receipts import SUFFIX
from ward_warehouse.sources.files.refusals import RefusedError


class Folder:
    """The folder that a connection names, over fsspec; sub-folders are not entered. It is a context manager."""

    def __init__(self, dataset: Dataset, connection: Connection, pattern: str) -> None:
        self._dataset = dataset
        self._connection = connection
        self._pattern = pattern
        self.errors = read_errors(connection)

    def __enter__(self) -> Folder:
        """Enters the place of the folder.

        Raises:
            SourceError: the connection names no folder, or its server cannot be entered.
        """
        try:
            self.fs, self._root = open_place(self._connection)
        except SourceError as error:
            raise SourceError(f"{self._dataset}: {error}") from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        close_place(self.fs)

    def listing(self) -> tuple[list[str], set[str]]:
        """Paths of the files that match, sorted, and the names of everything in the folder.

        Raises:
            SourceError: the folder cannot be listed, or no file matches.
        """
        try:
            self.fs.invalidate_cache(self._root)
            listed: list[dict[str, Any]] = self.fs.ls(self._root, detail=True)
        except self.errors as error:
            raise SourceError(
                f"{self._dataset}: folder {PurePosixPath(self._root).name} cannot be listed "
                f"({type(error).__name__}); check that the share is mounted or the server up, and readable"
            ) from None
        # S3 has no folders: an empty object with the folder's own name stands for one.
        found = [entry for entry in listed if entry["name"].strip("/") != self._root.strip("/")]
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
        if entry.get("islink") or entry["type"] == "link":
            return not self.fs.isdir(entry["name"])
        # Never a pipe: it would keep the night waiting for a writer.
        return bool(entry["type"] == "file")

    def content(self, path: str) -> bytes:
        """All bytes of a file.

        Raises:
            RefusedError: it is too large, or a link to somewhere else.
            SourceError: it cannot be read.
        """
        try:
            if leads_out(self.fs, path, self._root):
                raise RefusedError("link_escapes")
            with self.fs.open(path, "rb") as handle:
                content: bytes = handle.read(MAX_FILE_BYTES + 1)
        except self.errors as error:
            raise SourceError(
                f"{self._dataset}: file {PurePosixPath(path).name} cannot be read ({type(error).__name__}); check the "
                "share or the server"
            ) from None
        if len(content) > MAX_FILE_BYTES:
            raise RefusedError("too_large", limit=MAX_FILE_BYTES)
        return content
