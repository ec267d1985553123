"""Ward systems that drop delimited text files into a folder, read over fsspec."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import unicodedata
import zlib
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import fsspec
import pyarrow as pa

from ward_warehouse.connections import Connection
from ward_warehouse.errors import SchemaDriftError, SourceError
from ward_warehouse.registry import Dataset, FilesRead
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, POSITION, ReadReport, Window, compare_columns

MAX_FILE_BYTES = 512 * 1024 * 1024
"""Largest file after decompression: a small archive that unfolds without end must not fill the memory."""


class _RefusedError(Exception):
    """A file that cannot be loaded; the text is for its sender."""


class FilesSource:
    """The files of a ward that were not loaded yet, by content; a file that cannot be read is refused whole."""

    def __init__(self, dataset: Dataset, connection: Connection, loaded: Mapping[str, str]) -> None:
        self.report = ReadReport()
        self._dataset = dataset
        self._loaded = set(loaded.values())
        spec = dataset.system.read_spec(dataset.kind)
        assert isinstance(spec, FilesRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        self._pattern = spec.pattern.format(ward=dataset.ward.ward)
        path = str(connection.extra.get("path") or connection.host)
        if not path:
            raise SourceError(f"{dataset}: connection {connection.id} has no path; expected the folder of the files")
        self._fs, self._folder = fsspec.url_to_fs(path)

    def read(self, window: Window) -> Iterator[pa.Table]:
        """All records of the files that are new by content; a file stands for itself, whatever the window."""
        new_columns: dict[str, None] = {}
        for path in self._paths():
            name = PurePosixPath(path).name
            content = self._content(path)
            fingerprint = hashlib.sha256(content).hexdigest()
            if fingerprint in self._loaded:
                continue
            try:
                tables, found = self._parse(name, content)
            except SchemaDriftError as error:
                self.report.refused.append(str(error))
                continue
            except _RefusedError as error:
                self.report.refused.append(
                    f"{self._dataset}: file {name}: {error}; the file is left out: send it again, whole"
                )
                continue
            self._loaded.add(fingerprint)
            self.report.files[name] = fingerprint
            new_columns.update(dict.fromkeys(found))
            self.report.new_columns = list(new_columns)
            yield from tables

    def _paths(self) -> list[str]:
        try:
            listing: list[dict[str, Any]] = self._fs.ls(self._folder, detail=True)
        except OSError as error:
            raise SourceError(
                f"{self._dataset}: folder {PurePosixPath(self._folder).name} cannot be listed "
                f"({type(error).__name__}); check that the share is mounted and readable"
            ) from None
        names = [entry["name"] for entry in listing if entry["type"] == "file"]
        matching = sorted(path for path in names if fnmatch(PurePosixPath(path).name, self._pattern))
        if not matching:
            raise SourceError(
                f"{self._dataset}: found no file that matches {self._pattern}, expected at least one; ask the ward "
                "whether its export ran"
            )
        return matching

    def _content(self, path: str) -> bytes:
        try:
            content: bytes = self._fs.cat_file(path)
        except OSError as error:
            raise SourceError(
                f"{self._dataset}: file {PurePosixPath(path).name} cannot be read ({type(error).__name__}); check the "
                "share"
            ) from None
        return content

    def _parse(self, name: str, content: bytes) -> tuple[list[pa.Table], list[str]]:
        """The tables of a file and its new columns. All of the file is checked before any of it is given."""
        text = _decode(_unpack(name, content), self._spec.encoding)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self._spec.delimiter, strict=True)
        try:
            header = next(reader, None)
            if header is None:
                raise _RefusedError("found no bytes, expected a header row")
            header = [unicodedata.normalize("NFC", column).strip() for column in header]
            repeated = {column for column in header if header.count(column) > 1}
            if repeated:
                raise _RefusedError(f"row 1: column {', '.join(sorted(repeated))} stands twice in the header")
            found = compare_columns(self._dataset, header, f"file {name} row 1")
            tables = []
            while rows := list(islice(_numbered(reader), BATCH_ROWS)):
                tables.append(_table(name, header, rows))
        except csv.Error as error:
            raise _RefusedError(f"row {reader.line_num}: {error}") from None
        last = tables[-1] if tables else None
        if last is not None and last[FAULT][-1].is_valid and not text.endswith(("\n", "\r")):
            raise _RefusedError(f"{last[FAULT][-1].as_py()} in its last row {reader.line_num}: the file is cut")
        return tables, found


def _numbered(reader: Any) -> Iterator[tuple[int, list[str]]]:
    for row in reader:
        if row:
            yield reader.line_num, row


def _unpack(name: str, content: bytes) -> bytes:
    if not name.endswith(".gz"):
        if len(content) > MAX_FILE_BYTES:
            raise _RefusedError(f"found {len(content)} bytes, expected at most {MAX_FILE_BYTES}")
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as archive:
            unpacked = archive.read(MAX_FILE_BYTES + 1)
    except (EOFError, OSError, zlib.error):
        raise _RefusedError("the gzip archive is cut or damaged") from None
    if len(unpacked) > MAX_FILE_BYTES:
        raise _RefusedError(f"unpacks to more than {MAX_FILE_BYTES} bytes")
    return unpacked


def _decode(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise _RefusedError(f"row {row}: byte {content[error.start]:#04x} is not {encoding} text") from None


def _table(name: str, header: list[str], rows: list[tuple[int, list[str]]]) -> pa.Table:
    width = len(header)
    faults = [
        None if len(row) == width else f"found {len(row)} fields, expected {width} as in the header" for _, row in rows
    ]
    padded = [(row + [""] * width)[:width] for _, row in rows]
    arrays = [pa.array(column, pa.string()) for column in zip(*padded, strict=True)]
    table = pa.table(arrays, names=header)
    table = table.append_column(POSITION, pa.array([f"{name} row {number}" for number, _ in rows]))
    return table.append_column(FAULT, pa.array(faults, pa.string()))
