"""Ward systems that drop files into a folder."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath
from traceback import walk_tb

import pyarrow as pa

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.names import shown_name
from ward_warehouse.core.secrets import hidden_secrets
from ward_warehouse.registry import Feed, FilesRead, RecordKindMap
from ward_warehouse.registry.file_reads import FORMATS
from ward_warehouse.sources.base import ReadReport, Window
from ward_warehouse.sources.files.content import content_of, delimiter_of
from ward_warehouse.sources.files.delimited import read_delimited
from ward_warehouse.sources.files.folder import Folder
from ward_warehouse.sources.files.html_tables import read_html
from ward_warehouse.sources.files.json_records import read_json, read_json_lines
from ward_warehouse.sources.files.receipts import Receipts
from ward_warehouse.sources.files.refusals import REASONS, RefusedError
from ward_warehouse.sources.files.spreadsheets import read_spreadsheet
from ward_warehouse.sources.files.tables import Parsed
from ward_warehouse.sources.files.unpacking import Item, unpack

Reader = Callable[[Item, FilesRead, RecordKindMap], Parsed]

READERS: dict[str, Reader] = {
    "delimited": read_delimited,
    "spreadsheet": read_spreadsheet,
    "html": read_html,
    "json": read_json,
    "json_lines": read_json_lines,
}

PLACES = 8
"""Places in the code that are logged of an error that nobody foresaw, the innermost of them."""

_log = logging.getLogger(__name__)


class FilesSource:
    """The files of a ward that were not loaded yet, by content; a file that cannot be read is refused whole.

    Args:
        feed: the ward's feed.
        connection: names the folder, in `extra.path` or as host.
        loaded: content fingerprint by name of the files that earlier nights took.
        receipts: False where nothing may be written into the folder.
    """

    def __init__(self, feed: Feed, connection: Connection, loaded: Mapping[str, str], *, receipts: bool = True) -> None:
        self.report = ReadReport()
        self._feed = feed
        self._names_before = dict(loaded)
        self._connection = connection
        self._loaded = set(loaded.values())
        spec = feed.system.read_spec(feed.record_kind)
        assert isinstance(spec, FilesRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        self._known = feed.known_names()
        self._with_receipts = receipts
        self._folder = Folder(feed, connection, spec.pattern.format(ward=feed.ward.ward))

    def read(self, window: Window) -> Iterator[pa.Table]:
        """All records of the files that are new by content; a file stands for itself, whatever the window."""
        with hidden_secrets(self._connection), self._folder:
            yield from self._files()

    def _files(self) -> Iterator[pa.Table]:
        paths, listed = self._folder.listing()
        self.report.warnings += self._folder.unmatched(listed, {*FORMATS, ".zip"})
        receipts = Receipts(self._folder.fs, listed, self._folder.errors, enabled=self._with_receipts)
        for path in paths:
            refused: list[tuple[str, RefusedError]] = []
            yield from self._file(path, refused)
            if refused:
                self.report.drifted |= any(refusal.reason is REASONS["column_missing"] for _, refusal in refused)
                self.report.refused += [refusal.line(f"{self._feed}: file {name}") for name, refusal in refused]
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
                self._say_seen(name, fingerprint)
                return
            with _unforeseen_refused(self._shown(name)):
                items = [self._labelled(item) for item in unpack(name, content, fingerprint)]
        except RefusedError as refusal:
            refused.append((self._shown(name), refusal))
            return
        for item in items:
            if item.fingerprint in self._loaded:
                self._say_seen(item.label, item.fingerprint)
                continue
            try:
                with _unforeseen_refused(item.label):
                    parsed = self._parse(item)
            except RefusedError as refusal:
                refused.append((item.label, refusal))
                continue
            self._accept(item.label, item.fingerprint, parsed.new_columns)
            self.report.warnings += [f"file {item.label} {line}" for line in parsed.warnings]
            yield from parsed.tables
        if not refused:
            # An archive of which every member was taken need not be unpacked again.
            self._accept(self._shown(name, fingerprint), fingerprint, [])

    def _labelled(self, item: Item) -> Item:
        return replace(item, label=self._shown(item.label, item.fingerprint))

    def _shown(self, name: str, fingerprint: str = "") -> str:
        """The name of a file as it may be stored and shown, whoever is named in it.

        A name of which only the shape is left may be that of several files, and gets a mark of its content.
        """
        shown = shown_name(name, self._known)
        return shown if shown == name or not fingerprint else f"{shown} ~{fingerprint[:8]}"

    def _parse(self, item: Item) -> Parsed:
        form = self._spec.format or FORMATS.get(PurePosixPath(item.name).suffix.lower())
        if form is None and item.in_archive:
            raise RefusedError("member_kind", number=item.number, kinds=" ".join(FORMATS))
        content = content_of(item)
        if content in ("spreadsheet", "html"):
            return READERS[content](item, self._spec, self._feed.mapping)
        if form in ("spreadsheet", "html") and content == "text":
            return self._parse_text(item)
        return READERS[form or "delimited"](item, self._spec, self._feed.mapping)

    def _parse_text(self, item: Item) -> Parsed:
        """Text under the name of a workbook: programs write their tables so, mostly with tabs."""
        delimiter = self._spec.delimiter or delimiter_of(item)
        if delimiter is None:
            raise RefusedError("workbook_damaged")
        spec = self._spec.model_copy(update={"delimiter": delimiter})
        return read_delimited(item, spec, self._feed.mapping)

    def _say_seen(self, name: str, fingerprint: str) -> None:
        """A file that came before is passed over; one whose content came under another name is a mistake to be seen."""
        shown = self._shown(name, fingerprint)
        if fingerprint in (self._names_before.get(name), self._names_before.get(shown)) or shown in self.report.files:
            return
        before = next((known for known, mark in self._names_before.items() if mark == fingerprint), None)
        before = before or next(known for known, mark in self.report.files.items() if mark == fingerprint)
        self.report.files[shown] = fingerprint
        self.report.warnings.append(
            f"file {shown} holds what {self._shown(before)} brought: nothing of it was read again; ask the ward "
            "whether it sent the right file"
        )

    def _accept(self, name: str, fingerprint: str, new_columns: list[str]) -> None:
        self._loaded.add(fingerprint)
        self.report.files[name] = fingerprint
        self.report.new_columns = list(dict.fromkeys([*self.report.new_columns, *new_columns]))


@contextmanager
def _unforeseen_refused(label: str) -> Iterator[None]:
    """An error that nobody foresaw in a file refuses that file; the others of the night are read.

    Its type and place are logged: its text may quote a citizen's data.

    Raises:
        RefusedError: there was one.
    """
    try:
        yield
    except (RefusedError, WardWarehouseError):
        raise
    except Exception as error:
        kind = type(error).__name__
        at = [f"{PurePosixPath(frame.f_code.co_filename).name}:{line}" for frame, line in walk_tb(error.__traceback__)]
        _log.error("file %s: unexpected %s at %s", label, kind, " > ".join(at[-PLACES:]))
        raise RefusedError("unforeseen", error=kind) from None
