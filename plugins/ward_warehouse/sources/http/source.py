"""Reads the records of a ward's JSON endpoint."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import pyarrow as pa

from ward_warehouse.core.connections import Connection
from ward_warehouse.core.errors import SourceError
from ward_warehouse.core.secrets import hidden_secrets
from ward_warehouse.registry import Feed, HttpRead
from ward_warehouse.registry.times import written
from ward_warehouse.sources.base import BATCH_ROWS, FAULT, ReadReport, Window, compare_columns, with_position
from ward_warehouse.sources.http.answers import RefusedError
from ward_warehouse.sources.http.client import JsonClient, Limits
from ward_warehouse.sources.http.envelope import records_in
from ward_warehouse.sources.http.paging import Ask, MovedError, Walk
from ward_warehouse.sources.json_text import TOO_DEEP, faults_of, nested, texts_of

READINGS = 3
_sorted = json.JSONEncoder(sort_keys=True).encode

Page = tuple[str, list[tuple[int, dict[str, Any]]]]
"""Where it stands, and its records that were not given before, each with its number on the page."""


class HttpSource:
    """A ward's JSON endpoint.

    The connection gives the server (`schema`, `host`, `port`, extra `base_path`), the secrets (`login`, `password`),
    and in its extra `ca_file` (PEM file of the authority behind the server's certificate) and `token_url` (OAuth2).
    What a read promises about records that move meanwhile is said, style by style, in `paging`.
    """

    def __init__(
        self,
        feed: Feed,
        connection: Connection,
        limits: Limits | None = None,
        batch_rows: int = BATCH_ROWS,
        *,
        was_silent: bool = False,
    ) -> None:
        self.report = ReadReport()
        self._connection = connection
        self._batch_rows = batch_rows
        self._feed = feed
        spec = feed.system.read_spec(feed.record_kind)
        assert isinstance(spec, HttpRead)  # noqa: S101 - narrows the type; the transport was checked on load
        self._spec = spec
        with hidden_secrets(connection):
            try:
                self._client = JsonClient(feed, connection, spec, limits or Limits(), was_silent=was_silent)
            except SourceError as error:
                raise SourceError(f"{feed}: {error}", "not_configured") from None

    def read(self, window: Window) -> Iterator[pa.Table]:
        """The records of the window; nothing is given after a page that could not be read.

        Raises:
            SourceError: the pages could not be read to the last one; the batch must not be landed.
        """
        with hidden_secrets(self._connection), self._client as client:
            yield from self._batches(self._pages(client, window))

    def _batches(self, pages: Iterator[Page]) -> Iterator[pa.Table]:
        """Pages gathered into batches: mapping a batch has a fixed cost that a page of 500 would pay over and over."""
        records: list[dict[str, Any]] = []
        positions: list[str] = []
        for where, page in pages:
            records += [record for _, record in page]
            positions += [f"{where} item {number}" for number, _ in page]
            if len(records) >= self._batch_rows:
                yield self._table(records, positions)
                records, positions = [], []
        if records:
            yield self._table(records, positions)

    def _pages(self, client: JsonClient, window: Window) -> Iterator[Page]:
        """All pages; from the first again when records moved, or may have: one is given twice rather than lost."""
        moved, size = "", self._spec.pagination.size
        seen: set[int] = set()
        found: set[int] = set()
        for _ in range(READINGS):
            last, found = found, set()
            walk = self._new_walk(client, size)
            try:
                yield from self._walk(walk, client, window, seen, found)
            except MovedError as error:
                moved = str(error)
                if found == last and walk.is_whole(len(found)):
                    # Some share a key, and none has moved: that would not have come a second time.
                    return
            else:
                if seen and not found:
                    # A session that ended, rather than a proof.
                    moved = "a later reading of the pages brought no records at all"
                elif not walk.needs_confirmation or found <= seen:
                    return
                else:
                    moved = "every reading of the pages brought other records"
            seen |= found
            size = walk.next_size(len(found))
        raise SourceError(
            f"{self._feed}: {self._spec.path}: {moved}, in {READINGS} readings; the records move while they are "
            "read, have no order that all pages share (params may ask for one), or the server gives fewer than it was "
            "asked for: the batch is held back, run the ward again, then ask the vendor"
        )

    def _new_walk(self, client: JsonClient, size: int) -> Walk:
        mapping = self._feed.mapping
        changed = mapping.cursor.column if mapping.cursor is not None else None
        return Walk(self._spec.pagination, client.base, mapping.key, changed, size)

    def _walk(
        self, walk: Walk, client: JsonClient, window: Window, seen: set[int], found: set[int]
    ) -> Generator[Page, None, None]:
        """One reading of all pages.

        Records in `seen`, of an earlier reading, are not given again; those of this one are added to `found`.
        """
        ask: Ask | None = walk.first(self._parameters(window))
        while ask is not None:
            where = f"{self._spec.path} page {ask.number}"
            answer = client.get(ask.url, f"{self._feed}: {where}")
            try:
                records = records_in(answer, self._spec)
                again = walk.take(ask, answer, records)
                marked = list(enumerate(zip(records, _marks(records), strict=True), 1))[again:]
            except RefusedError as error:
                raise SourceError(f"{self._feed}: {where}: {error}") from None
            except RecursionError:
                raise SourceError(
                    f"{self._feed}: {where}: {TOO_DEEP}; the batch is held back: ask the vendor"
                ) from None
            found.update(mark for _, (_, mark) in marked)
            yield where, [(number, record) for number, (record, mark) in marked if mark not in seen]
            try:
                ask = walk.next(ask, answer, records)
            except RefusedError as error:
                raise SourceError(f"{self._feed}: {where}: {error}") from None

    def _parameters(self, window: Window) -> dict[str, str]:
        parameters = dict(self._spec.params)
        for name, instant in ((self._spec.since_param, window.since), (self._spec.until_param, window.until)):
            if name and instant is not None:
                parameters[name] = self._written(instant)
        return parameters

    def _table(self, records: list[dict[str, Any]], positions: list[str]) -> pa.Table:
        names = list(dict.fromkeys(name for record in records for name in record))
        found = compare_columns(self._feed, names, f"{positions[0]} to {positions[-1]}", catalogued=False)
        self.report.new_columns = list(dict.fromkeys([*self.report.new_columns, *found]))
        known = self._feed.known_names()
        faults = faults_of(records, known)
        columns = [_column(name, records, faults, known) for name in names]
        table = with_position(pa.table(columns, names=names), positions)
        return table.set_column(table.num_columns - 1, FAULT, pa.array(faults, pa.string())) if any(faults) else table

    def _written(self, instant: datetime) -> str:
        return written(instant, self._spec.time_format, self._feed.system.time_zone)


def _marks(records: Sequence[dict[str, Any]]) -> list[int]:
    """What tells each record of a page, as it is now, from all others; its copies on the page are told apart too."""
    copies: Counter[str] = Counter()
    marks = []
    for record in records:
        text = _sorted(record)
        marks.append(hash((text, copies[text])))
        copies[text] += 1
    return marks


def _column(name: str, records: Sequence[dict[str, Any]], faults: list[str | None], known: Iterable[str]) -> pa.Array:
    try:
        # Most columns hold texts alone.
        return pa.array([record.get(name) for record in records], pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return texts_of(name, records, faults, known, _text)


def _text(value: Any) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return nested(value)
    return str(value)
