"""What a reading lands: the records that are new or changed, and where each of them is written."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.core.errors import ValidationError
from ward_warehouse.lake.store import COMPRESSION, PASSING, Lake
from ward_warehouse.mapping.statement import MARKERS, RECEIVED
from ward_warehouse.night.versions import UNIT, Known
from ward_warehouse.validation.clearing import find_suspects
from ward_warehouse.validation.suites import Suite, load_suite

MANY_ROWS = 2_000
"""A batch of fewer records is written into one file: a second one costs more than it saves."""
FEW_SUSPECTS = 200
"""So many at most are cut out of a batch without copying the others."""

Suspects = Callable[[pa.Table], np.ndarray]
"""Marks the records of a mapped batch that a rule is expected to refuse."""


def suspects_by(folder: Path, record_kind: RecordKind) -> Suspects:
    """Marks by the suite of a record kind; all records where it cannot be read, which the judging reports."""

    @cache
    def suite() -> Suite | None:
        # Not before a batch is large enough to ask: to read the file takes as long as to map some thousand records.
        try:
            return load_suite(folder, record_kind)
        except ValidationError:
            return None

    def find(table: pa.Table) -> np.ndarray:
        found = suite()
        return np.ones(table.num_rows, dtype=bool) if found is None else find_suspects(found, table)

    return find


class LandingFiles:
    """The files of one landed batch; an error that ends `stack` leaves none behind.

    Args:
        lake: the lake.
        target: path of the file for records with all that is known of them; the others' names are made of it.
        record_kind: of the records.
        stack: closes the files.
        suspects: marks records that do not belong with the cleared ones; without it none are cleared.
    """

    def __init__(
        self, lake: Lake, target: str, record_kind: RecordKind, stack: ExitStack, suspects: Suspects | None = None
    ) -> None:
        self._lake = lake
        self._target = target
        self._stem = target.removesuffix(".parquet")
        self._columns = CONTRACTS[record_kind].schema().names
        self._stack = stack
        self._suspects = suspects
        self._writers: dict[str, Any] = {}
        self.path = self.cleared_path = self.beside_path = ""

    def write(self, table: pa.Table) -> None:
        """Writes mapped records."""
        if self._suspects is None or table.num_rows < MANY_ROWS:
            self._write_whole(table)
            return
        suspects = self._suspects(table)
        if suspects.any():
            self._write_whole(table.filter(pa.array(suspects)))
        if not suspects.all():
            self._write_cleared(_cut_out(table, suspects))

    def _write_whole(self, table: pa.Table) -> None:
        self.path = self._target
        self._to_parquet(self.path, table, PASSING)

    def _write_cleared(self, table: pa.Table) -> None:
        self.cleared_path = f"{self._stem}-cleared.parquet"
        self._to_parquet(self.cleared_path, table.select(self._columns), COMPRESSION)
        self.beside_path = f"{self._stem}-beside.arrow"
        beside = table.select([*MARKERS, RECEIVED])
        # Arrow's own format: a third of what it costs to write it as Parquet, and hardly anything is read of it.
        options = ipc.IpcWriteOptions(compression=COMPRESSION)
        self._append(self.beside_path, beside, lambda handle: ipc.new_file(handle, beside.schema, options=options))

    def _to_parquet(self, path: str, table: pa.Table, compression: str) -> None:
        # To look for values that repeat costs more than it saves.
        options = {"compression": compression, "use_dictionary": False}
        self._append(path, table, lambda handle: pq.ParquetWriter(handle, table.schema, **options))

    def _append(self, path: str, table: pa.Table, open_writer: Callable[[IO[bytes]], Any]) -> None:
        if path not in self._writers:
            handle = self._stack.enter_context(self._lake.writing(path))
            self._writers[path] = self._stack.enter_context(open_writer(handle))
        self._writers[path].write_table(table)


def _cut_out(table: pa.Table, marks: np.ndarray) -> pa.Table:
    """The records that are not marked; where few are marked, the pieces between them."""
    places = np.flatnonzero(marks)
    if len(places) > FEW_SUSPECTS:
        return table.filter(pa.array(~marks))
    ends = [*places.tolist(), table.num_rows]
    begins = [0, *(places + 1).tolist()]
    return pa.concat_tables([table.slice(begin, end - begin) for begin, end in zip(begins, ends, strict=True)])


class Landing:
    """Streams mapped batches into landing files, without the records that are known already.

    It remembers which versions it landed only where another chunk may bring them again: of ten million records they
    would be half a gigabyte.

    Args:
        files: where the records are written.
        known: what the lake knows of the ward.
        latest: the latest change time that can be; one after it is of a clock that is ahead.
        ends_at: the end of the night.
        remembers: whether another chunk may bring a record again.
    """

    def __init__(
        self, files: LandingFiles, known: Known, latest: datetime, ends_at: datetime, *, remembers: bool
    ) -> None:
        self.rows_read = 0
        self.rows_unchanged = 0
        self.rows_older = 0
        self.rows_always_read = 0
        self.newest: datetime | None = None
        self.newest_past: datetime | None = None
        self.newest_changed: datetime | None = None
        self._known = known
        self._versions = known.versions
        self._latest = latest
        self._ends_at = ends_at
        self._remembers = remembers
        self._landed: list[pa.Array] = []
        self._files = files

    def add(self, table: pa.Table) -> None:
        """Lands the records of a mapped batch that are new or changed."""
        self.rows_read += table.num_rows
        self._note_times(table)
        changed = self._drop_known(table)
        self.rows_unchanged += table.num_rows - changed.num_rows
        if not changed.num_rows:
            return
        self.newest_changed = _later(self.newest_changed, pc.max(changed["source_changed_at"]).as_py())
        self.rows_older += self._known.count_older(changed, self._ends_at)
        self._files.write(changed)

    def _drop_known(self, table: pa.Table) -> pa.Table:
        """The records of a mapped batch whose version is not known, and notes them where they may come again."""
        if not len(self._versions) and not self._remembers:
            return table
        version = pc.binary_join_element_wise(table["source_record_id"], table["content_hash"], UNIT)
        new = pc.invert(pc.is_in(version, value_set=self._versions, skip_nulls=True))
        if self._remembers:
            self._landed.append(version.filter(new).combine_chunks())
        # A wide table is not copied to leave nothing out.
        return table if pc.all(new).as_py() else table.filter(new)

    def _note_times(self, table: pa.Table) -> None:
        """The newest change, and the newest that is not yet to come: that one says how far the source was read."""
        times = table["source_changed_at"]
        newest = pc.max(times).as_py()
        self.newest = _later(self.newest, newest)
        self.rows_always_read += times.null_count
        if newest is not None and newest > self._latest:
            past = pc.less_equal(times, pa.scalar(self._latest, times.type))
            self.rows_always_read += pc.sum(pc.invert(past)).as_py()
            newest = pc.max(times.filter(past)).as_py()
        self.newest_past = _later(self.newest_past, newest)

    def end_chunk(self) -> None:
        """What was landed is known from here on: a record without a change time comes in every chunk."""
        if self._landed:
            self._versions = pa.concat_arrays([self._versions, *self._landed])
            self._landed = []


def _later(first: datetime | None, second: datetime | None) -> datetime | None:
    return max((moment for moment in (first, second) if moment is not None), default=None)
