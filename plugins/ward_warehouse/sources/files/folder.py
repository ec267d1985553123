"""The folder of a ward's files: which ones match, and their bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from types import TracebackType
from typing import Any

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.names import names_shown, shown_name
from ward_warehouse.registry import Feed
from ward_warehouse.sources.files.limits import MAX_FILE_BYTES
from ward_warehouse.sources.files.places import close_place, leads_out, open_place, read_errors
from ward_warehouse.sources.files.receipts import SUFFIX
from ward_warehouse.sources.files.refusals import RefusedError

SHOWN_NAMES = 5


class Folder:
    """The folder that a connection names, over fsspec; sub-folders are not entered. It is a context manager."""

    def __init__(self, feed: Feed, connection: Connection, pattern: str) -> None:
        self._feed = feed
        self._connection = connection
        self._pattern = pattern
        self._others = [other.replace("{ward}", "*") for other in feed.file_patterns]
        self.errors = read_errors(connection)

    def __enter__(self) -> Folder:
        """Enters the place of the folder.

        Raises:
            SourceError: the connection names no folder, or its server cannot be entered.
        """
        try:
            self.fs, self._root = open_place(self._connection)
        except SourceError as error:
            raise SourceError(f"{self._feed}: {error}", error.cause) from None
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
                f"{self._feed}: folder {PurePosixPath(self._root).name} cannot be listed "
                f"({type(error).__name__}); check that the share is mounted or the server up, and readable",
                "no_answer",
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
                f"{self._feed}: found no file that matches {self._pattern}, expected at least one; ask the ward "
                "whether its export ran",
                "no_answer",
            )
        return matching, names

    def unmatched(self, names: set[str], endings: Collection[str]) -> list[str]:
        """One line for the files that look like records and are read by no feed of the ward, if there are any.

        Args:
            names: of everything in the folder.
            endings: of files that hold records.
        """
        known = [self._pattern, *self._others]
        strange = [
            name
            for name in sorted(names)
            if not _is_hidden(name) and _ending(name) in endings and not any(_fits(name, one) for one in known)
        ]
        if not strange:
            return []
        known += self._feed.known_names()
        shown = ", ".join(names_shown(strange[:SHOWN_NAMES], known).values()) + (
            ", ..." if len(strange) > SHOWN_NAMES else ""
        )
        return [
            f"{len(strange)} files of the folder match no pattern and are not read ({shown}); expected "
            f"{self._pattern}: ask the ward whether its export has a new name, and correct the name or the pattern"
        ]

    def _matches(self, name: str) -> bool:
        return not _is_hidden(name) and _fits(name, self._pattern)

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
            name = shown_name(PurePosixPath(path).name, self._feed.known_names())
            raise SourceError(
                f"{self._feed}: file {name} cannot be read ({type(error).__name__}); check the share or the server",
                "no_answer",
            ) from None
        if len(content) > MAX_FILE_BYTES:
            raise RefusedError("too_large", limit=MAX_FILE_BYTES)
        return content


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.endswith(SUFFIX)


def _fits(name: str, pattern: str) -> bool:
    # macOS decomposes the accents of file names; the pattern is composed.
    return fnmatchcase(unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", pattern))


def _ending(name: str) -> str:
    path = PurePosixPath(name.lower())
    return path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
