"""Ward systems that drop files into a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

import pyarrow as pa

from ward_warehouse.core.connections import Connection
from ward_warehouse.registry import Dataset, DatasetMap, FilesRead
from ward_warehouse.sources.base import ReadReport, Window
from ward_warehouse.sources.files.delimited import read_delimited
from ward_warehouse.sources.files.folder import Folder
from ward_warehouse.sources.files.json_records import read_json, read_json_lines
from ward_warehouse.sources.files.receipts import Receipts
from ward_warehouse.sources.files.refusals import REASONS, RefusedError
from ward_warehouse.sources.files.spreadsheets import read_spreadsheet
from ward_warehouse.sources.files.tables import Parsed
from ward_warehouse.sources.files.unpacking import Item, unpack

Reader = Callable[[Item, FilesRead, DatasetMap], Parsed]

READERS: dict[str, Reader] = {
    "delimited": read_delimited,
    "spreadsheet": read_spreadsheet,
    "json": read_json,
    "json_lines": read_json_lines,
}
FORMATS = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".txt": "delimited",
    ".xlsx": "spreadsheet",
    ".xlsm": "spreadsheet",
    ".xls": "spreadsheet",
    ".ods": "spreadsheet",
    ".json": "json",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
}


class FilesSource:
    """The files of a ward that were not loaded yet, by content; a file that cannot be read is refused whole.

    Args:
        dataset: the ward's dataset.
        connection: names the folder, in `extra.path` or as host.
        loaded: content fingerprint by name of the files that earlier nights took.
        receipts: False where nothing may be written into the folder.
    """

    def __init__(
        self, dataset: Dataset, connection: Connection, loaded: Mapping[str, str], *, receipts: bool = True
    ) -> None:
        self.report = ReadReport()
        self._dataset = dataset
        self._loaded = set(loaded.values())
        spec = dataset.system.read_spec(dataset.kind)
        assert isinstance(spec, FilesRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        self._with_receipts = receipts
        self._folder = Folder(dataset, connection, spec.pattern.format(ward=dataset.ward.ward))

    def read(self, window: Window) -> Iterator[pa.Table]:
        """All records of the files that are new by content; a file stands for itself, whatever the window."""
        with self._folder:
            yield from self._files()

    def _files(self) -> Iterator[pa.Table]:
        paths, listed = self._folder.listing()
        receipts = Receipts(self._folder.fs, listed, self._folder.errors, enabled=self._with_receipts)
        for path in paths:
            refused: list[tuple[str, RefusedError]] = []
            yield from self._file(path, refused)
            if refused:
                self.report.drifted |= any(refusal.reason is REASONS["column_missing"] for _, refusal in refused)
                self.report.refused += [refusal.line(f"{self._dataset}: file {name}") for name, refusal in refused]
                receipts.write(path, refused)
            else:
                receipts.remove(path)

    def _file(self, path: str, refused: list[tuple[str, RefusedError]]) -> Iterator[pa.Table]:
        """The tables of a dropped file; what is refused of it is added to `refused`."""
        name = PurePosixPath(path).name
        try:
            content = self._folder.content(path)
            fingerprint = hashlib.sha256(content).hexdigest()
            if fingerprint in self._loaded:
                return
            items = list(unpack(name, content, fingerprint))
        except RefusedError as refusal:
            refused.append((name, refusal))
            return
        for item in items:
            if item.fingerprint in self._loaded:
                continue
            try:
                parsed = self._parse(item)
            except RefusedError as refusal:
                refused.append((item.label, refusal))
                continue
            self._accept(item.label, item.fingerprint, parsed.new_columns)
            yield from parsed.tables
        if not refused:
            # An archive of which every member was taken need not be unpacked again.
            self._accept(name, fingerprint, [])

    def _parse(self, item: Item) -> Parsed:
        found = self._spec.format or FORMATS.get(PurePosixPath(item.name).suffix.lower())
        if found is None and item.in_archive:
            raise RefusedError("member_kind", number=item.number, kinds=" ".join(FORMATS))
        return READERS[found or "delimited"](item, self._spec, self._dataset.mapping)

    def _accept(self, name: str, fingerprint: str, new_columns: list[str]) -> None:
        self._loaded.add(fingerprint)
        self.report.files[name] = fingerprint
        self.report.new_columns = list(dict.fromkeys([*self.report.new_columns, *new_columns]))
