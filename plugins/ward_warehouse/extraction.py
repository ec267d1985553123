"""Extraction: what changed in one ward's system since its cursor, mapped, treated and landed as one batch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from ward_warehouse.connections import Resolver
from ward_warehouse.errors import SchemaDriftError, SourceError
from ward_warehouse.landing import (
    COMPRESSION,
    Lake,
    LandedBatch,
    Manifest,
    Partition,
    landed_path,
    previous_manifest,
)
from ward_warehouse.mapping import Mapper
from ward_warehouse.memory import open_cursor
from ward_warehouse.outcomes import new_id
from ward_warehouse.privacy import FIRST_KEY_ID
from ward_warehouse.registry import Dataset
from ward_warehouse.sources import ReadReport, Source, Window, open_source

UNIT = "\x1f"


class Request(BaseModel):
    """What a night asks of a dataset.

    Attributes:
        night: local date; the night reads changes up to its end (midnight after it).
        since, until: instants that replace the cursor and the night's end (backfill).
        full: everything, whatever the cursor says.
    """

    model_config = ConfigDict(frozen=True)

    night: date
    since: datetime | None = None
    until: datetime | None = None
    full: bool = False


@dataclass(frozen=True)
class Extracted:
    """A landed batch, and one line for each file that had to be left out."""

    batch: LandedBatch
    refused: list[str]


def extract(
    dataset: Dataset, request: Request, lake: Lake, resolve: Resolver, key: bytes, key_id: str = FIRST_KEY_ID
) -> Extracted:
    """Reads the dataset's changes and lands them; nothing is landed unless the source was read to its end.

    Raises:
        SourceError: the source cannot be read, or its columns are not those of the mapping.
        LakeError: the lake cannot be read or written.
    """
    previous = previous_manifest(lake, dataset.kind, dataset.ward.ward, request.night)
    window = _window(dataset, request, previous)
    loaded = {} if request.full or previous is None else previous.files
    source = open_source(dataset, resolve(dataset.connection_id), loaded)
    known = _known_versions(lake, dataset, request.night, window.since)
    batch_id = new_id()
    fields = {
        "kind": dataset.kind,
        "ward": dataset.ward.ward,
        "district": dataset.ward.district,
        "night": request.night,
    }
    path = lake.data_path("landing", Partition(**fields), batch_id)
    with ExitStack() as stack:
        mapper = stack.enter_context(closing(Mapper(dataset, request.night, key, key_id)))
        writer = _Writer(lake, path, stack)
        for table in _mapped(source, window, mapper):
            writer.add(table, known)
    if source.report.refused and not source.report.files and not writer.rows_read:
        raise _refusal(dataset, source.report)
    before = previous.cursor_to if previous else None
    # A record dated in the future, which only a file can bring, must not carry the cursor past what comes tomorrow.
    newest = min(writer.newest, window.until) if writer.newest and window.until else writer.newest
    batch = LandedBatch(
        **fields,
        batch_id=batch_id,
        path=writer.path,
        rows_read=writer.rows_read,
        rows_unchanged=writer.rows_unchanged,
        full=request.full,
        cursor_from=window.since,
        read_until=window.until,
        cursor_to=max((value for value in (before, newest) if value is not None), default=None),
        files={**(previous.files if previous else {}), **source.report.files},
        new_columns=source.report.new_columns,
    )
    lake.write_record(landed_path(dataset.kind, dataset.ward.ward, request.night), batch)
    return Extracted(batch, source.report.refused)


def _refusal(dataset: Dataset, report: ReadReport) -> SourceError:
    """Why nothing of the dropped files could be loaded: for the sender, or for whoever keeps the mapping."""
    lines = "; ".join(report.refused)
    if not report.drifted:
        return SourceError(lines)
    return SchemaDriftError(
        f"{lines}. The batch is held back: if the software itself changed, correct "
        f"dags/systems/{dataset.system.system}.yml"
    )


def night_end(night: date, time_zone: str) -> datetime:
    """The instant at which a night is over: local midnight after its date."""
    return datetime.combine(night + timedelta(days=1), time.min, ZoneInfo(time_zone)).astimezone(UTC)


def _window(dataset: Dataset, request: Request, previous: Manifest | None) -> Window:
    """From the cursor less the overlap to the night's end, unless the request says otherwise."""
    end = night_end(request.night, dataset.system.time_zone)
    until = min(request.until, end) if request.until else end
    if request.full:
        return Window(None, until)
    if request.since is not None:
        return Window(request.since, until)
    if previous is None or previous.cursor_to is None:
        return Window(None, until)
    return Window(previous.cursor_to - timedelta(hours=dataset.mapping.overlap_hours), until)


def _mapped(source: Source, window: Window, mapper: Mapper) -> Iterator[pa.Table]:
    for batch in source.read(window):
        if batch.num_rows:
            yield mapper.map(batch, source.report.new_columns)


def _known_versions(lake: Lake, dataset: Dataset, night: date, since: datetime | None) -> pa.Array:
    """`<record id><unit separator><content hash>` of the newest accepted version of the ward's records.

    Only earlier nights count: the night itself may be about to be replaced. Partitions that end before the window
    starts hold no record that the window can show again unchanged.
    """
    tables: list[pa.Table] = []
    for name in lake.names(f"manifests/{dataset.kind}/{dataset.ward.ward}"):
        manifest = lake.read_record(name, Manifest)
        if manifest is None or manifest.night >= night or not manifest.accepted_path:
            continue
        if since is not None and manifest.cursor_to is not None and manifest.cursor_to < since:
            continue
        columns = ["source_record_id", "content_hash", "source_changed_at", "night"]
        tables.append(lake.read_table(manifest.accepted_path, columns))
    if not tables:
        return pa.array([], pa.string())
    with open_cursor() as db:
        db.register("versions", pa.concat_tables(tables))
        newest = db.execute(
            "SELECT source_record_id || chr(31) || content_hash AS version FROM versions QUALIFY row_number() OVER ("
            "PARTITION BY source_record_id ORDER BY source_changed_at DESC NULLS LAST, night DESC) = 1"
        ).to_arrow_table()
    return newest["version"].combine_chunks()


class _Writer:
    """Streams mapped batches into one landing file; an error that ends `stack` leaves no file behind."""

    def __init__(self, lake: Lake, target: str, stack: ExitStack) -> None:
        self.path = ""
        self.rows_read = 0
        self.rows_unchanged = 0
        self.newest: datetime | None = None
        self._lake = lake
        self._target = target
        self._stack = stack
        self._writer: pq.ParquetWriter | None = None

    def add(self, table: pa.Table, known: pa.Array) -> None:
        """Lands the records of a mapped batch that are new or changed."""
        self.rows_read += table.num_rows
        self._note_newest(table)
        version = pc.binary_join_element_wise(table["source_record_id"], table["content_hash"], UNIT)
        unchanged = pc.fill_null(pc.is_in(version, value_set=known), False)
        changed = table.filter(pc.invert(unchanged))
        self.rows_unchanged += table.num_rows - changed.num_rows
        if not changed.num_rows:
            return
        if self._writer is None:
            handle = self._stack.enter_context(self._lake.writing(self._target))
            self._writer = self._stack.enter_context(pq.ParquetWriter(handle, table.schema, compression=COMPRESSION))
            self.path = self._target
        self._writer.write_table(changed)

    def _note_newest(self, table: pa.Table) -> None:
        newest = pc.max(table["source_changed_at"]).as_py()
        if newest is not None and (self.newest is None or newest > self.newest):
            self.newest = newest
