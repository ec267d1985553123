"""The lake: immutable Parquet under one fsspec address, made visible by manifests that are committed in one step.

    landing/<record kind>/ward=<ward>/night=<night>/<batch>.parquet      mapped and treated, not judged yet
    landing/<record kind>/ward=<ward>/night=<night>/<batch>-cleared.parquet   those that no rule is expected to refuse
    landing/<record kind>/ward=<ward>/night=<night>/<batch>-beside.arrow      what is known of those besides
    landing/<record kind>/ward=<ward>/night=<night>/<batch>-rekeyed.parquet   ids of its records under earlier keys
    accepted/<record kind>/ward=<ward>/night=<night>/<batch>.parquet     what the warehouse is built from
    quarantine/<record kind>/ward=<ward>/night=<night>/<batch>.parquet   what was refused, with its reasons
    landing/<record kind>/<ward>/<night>.json                            a landed batch (commits the first)
    manifests/<record kind>/<ward>/<night>.json                          a judged partition (commits the other two)
    keys/<key id>.json                                            which pseudonym key an id stands for, as a hash
    decisions/..., decided/...                                    what people decided: see `decisions`
    periods/..., closed/..., restatements/...                     closed periods: see `periods`, `restatements`
    taken_back/<record kind>/<ward>/<night>-<batch>.json          nights that were loaded wrongly and do not count
    reconciliations/<record kind>/<ward>/<night>-<batch>.json     records that vanished at the source, or came back
    locks/<record kind>/<ward>/<night>/<number>.json                     the run that is at work on a partition
    outcomes/<date written>/<time>-<id>.json                      what each step did
    digests/<folder>.json                                         documents of a folder in one, see `digests`

A file may hold many nights of a ward: a manifest stands for the records of its own night in it. A file that no manifest
names does not exist for any reader: a run that is killed leaves nothing half-visible.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any, TypeVar

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ward_warehouse.core.contracts import CONTRACTS, RecordKind
from ward_warehouse.core.errors import LakeError
from ward_warehouse.lake.files import AT_ONCE, Files

Record = TypeVar("Record", bound="LakeRecord")
COMPRESSION = "zstd"
PASSING = "lz4"
"""Of what is read once and removed, a landed batch: half as dense, and a third cheaper to write and read again."""


class LakeRecord(BaseModel):
    """A JSON document of the lake."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, data: Any) -> Any:
        # Lakes that were begun under the key's older name stay readable for good.
        if isinstance(data, dict) and "kind" in data and "record_kind" in cls.model_fields:
            return {"record_kind" if name == "kind" else name: value for name, value in data.items()}
        return data


class Partition(LakeRecord):
    """The address of what one ward gave of one record kind on one night."""

    record_kind: RecordKind
    ward: str
    district: str
    night: date


class LandedBatch(Partition):
    """A batch that was read to its end: mapped, treated, waiting to be judged.

    A night's few records are in one file. Of many, those that no rule is expected to refuse are in a file of their own,
    which becomes the accepted one as it is where the rules are of the same opinion.

    Attributes:
        path: the records with all that is known of them; empty without any, or where they are all in the other file.
        cleared_path: records of the contract's columns alone; empty without any.
        beside_path: the markers of those, and what was received of them, in their order.
        rows_read: records the source gave in the window.
        rows_unchanged: of them, those that the lake already holds in the same version; not landed again.
        rows_always_read: records that every night reads again, whatever its window: they do not say when they changed,
            or name a time to come.
        full: everything was asked for, not only what is new: what it brought is what the source said then, whatever
            earlier nights brought.
        night_ends_at: when the night was over; a change time after it counts as it.
        cursor_from, read_until: the window that was read; None is unbounded.
        cursor_to: newest source change up to and including this batch.
        files: content fingerprints by name of all files taken so far (file sources).
        new_columns: source columns nobody has mapped yet.
        rekeyed_path: which of its records the lake knows by an id of an earlier pseudonym key; empty without any.
    """

    batch_id: str
    path: str
    cleared_path: str = ""
    beside_path: str = ""
    rows_read: int
    rows_unchanged: int
    rows_always_read: int = 0
    full: bool = False
    night_ends_at: datetime | None = None
    cursor_from: datetime | None = None
    read_until: datetime | None = None
    cursor_to: datetime | None = None
    files: dict[str, str] = {}
    new_columns: list[str] = []
    rekeyed_path: str = ""

    @property
    def landed_paths(self) -> list[str]:
        """The files that hold its records."""
        return [path for path in (self.path, self.cleared_path, self.beside_path) if path]

    def covers(self, other: LandedBatch) -> bool:
        """Whether this batch read at least what `other` read, so that it may take its place."""
        if self.full:
            return True
        starts = self.cursor_from is None or (other.cursor_from is not None and self.cursor_from <= other.cursor_from)
        ends = self.read_until is None or (other.read_until is not None and self.read_until >= other.read_until)
        return starts and ends and not other.full


class RuleResult(LakeRecord):
    """How many records of a batch broke one rule."""

    rule: str
    severity: str
    column: str
    rows_judged: int
    rows_broken: int
    vi: str
    en: str


class Manifest(LandedBatch):
    """A judged partition; committing it is what makes its records count.

    Attributes:
        decided: number of the newest decision about the ward's quarantined records that this partition knows.
    """

    accepted_path: str
    quarantine_path: str
    rows_accepted: int
    rows_quarantined: int
    rules: list[RuleResult]
    committed_at: datetime
    decided: int = 0


class Lake(Files):
    """The files of the lake, as the tables and records that they hold."""

    def data_path(self, zone: str, partition: Partition, batch_id: str) -> str:
        """Relative path of a partition's Parquet file in a zone (landing, accepted, quarantine)."""
        return f"{zone}/{partition.record_kind}/ward={partition.ward}/night={partition.night}/{batch_id}.parquet"

    def write_table(self, relative: str, table: pa.Table) -> None:
        """Writes a table as one Parquet file."""
        with self.writing(relative) as handle:
            # Half of the columns repeat no value, and zstd finds what the others repeat: denser, and twice as fast.
            pq.write_table(table, handle, compression=COMPRESSION, use_dictionary=False)

    def write_record(self, relative: str, record: LakeRecord) -> None:
        """Commits a JSON document: readers see the old one or the new one."""
        with self.writing(relative) as handle:
            handle.write(record.model_dump_json().encode())

    def read_table(self, relative: str, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
        """A Parquet file of the lake.

        Raises:
            LakeError: it is absent or damaged.
        """
        with self._reading(relative) as handle:
            return pq.read_table(handle, columns=columns, filters=filters)

    def read_arrow(self, relative: str, columns: list[str]) -> pa.Table:
        """Columns of a file of the lake in Arrow's own format.

        Raises:
            LakeError: it is absent or damaged.
        """
        with self._reading(relative) as handle:
            names = ipc.open_file(handle).schema.names
            wanted = ipc.IpcReadOptions(included_fields=[names.index(name) for name in columns])
            handle.seek(0)
            return ipc.open_file(handle, options=wanted).read_all().select(columns)

    def read_landed(self, batch: LandedBatch, columns: list[str]) -> pa.Table:
        """Columns of the contract of all records of a landed batch; none of one without records.

        Raises:
            LakeError: a file is absent or damaged.
        """
        found = [self.read_table(path, columns) for path in (batch.path, batch.cleared_path) if path]
        return pa.concat_tables(found) if found else CONTRACTS[batch.record_kind].schema().empty_table().select(columns)

    @contextmanager
    def _reading(self, relative: str) -> Iterator[IO[bytes]]:
        try:
            with self._opened(relative) as handle:
                yield handle
        except (OSError, LakeError, pa.ArrowInvalid) as error:
            raise LakeError(
                f"lake: {relative} cannot be read ({' '.join(str(error).split())[:160]}); restore it from the "
                "backup or run that ward and night again"
            ) from None

    def _opened(self, relative: str) -> IO[bytes]:
        if self.is_local:
            return open(self.path(relative), "rb")
        # One request for all of it: by parts, a file of ordinary size costs several.
        content = self.read(relative)
        if content is None:
            raise FileNotFoundError(relative)
        return BytesIO(content)

    @contextmanager
    def on_disk(self, paths: Sequence[str], folder: Path | None = None) -> Iterator[dict[str, str]]:
        """Where files can be opened on this machine, by path: a store's are copied for the block, below `folder`.

        Raises:
            LakeError: one is absent, or cannot be read.
        """
        if self.is_local:
            yield {path: self.path(path) for path in paths}
            return
        with TemporaryDirectory(dir=folder, prefix="of-the-lake-") as copies:
            places = {path: str(Path(copies) / f"{number}.parquet") for number, path in enumerate(paths)}
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(self._copy_to, places.keys(), places.values()))
            yield places

    def _copy_to(self, relative: str, place: str) -> None:
        with self._opened(relative) as content, open(place, "wb") as handle:
            handle.write(content.read())

    def read_partition(self, relative: str, night: date, columns: list[str] | None = None) -> pa.Table:
        """The records of one night in a file that may hold those of several.

        Raises:
            LakeError: the file is absent or damaged.
        """
        return self.read_table(relative, columns, [("night", "=", night)])

    def read_record(self, relative: str, model: type[Record]) -> Record | None:
        """A JSON document of the lake, or None when there is none.

        Raises:
            LakeError: it is damaged.
        """
        content = self.read(relative)
        return None if content is None else self.parse(relative, content, model)

    def read_records(self, paths: Sequence[str], model: type[Record]) -> list[Record]:
        """The JSON documents of these paths that are there, in their order: from a store many at the same time.

        Raises:
            LakeError: one is damaged.
        """
        found = zip(paths, self.read_all(paths), strict=True)
        return [self.parse(path, content, model) for path, content in found if content is not None]

    def parse(self, relative: str, content: bytes, model: type[Record]) -> Record:
        """The document that a file of the lake holds.

        Raises:
            LakeError: it is damaged.
        """
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise LakeError(
                f"lake: {relative} is damaged; restore it from the backup or run that ward and night again"
            ) from None


def landed_path(record_kind: RecordKind, ward: str, night: date) -> str:
    """Where the landed batch of a ward and night is committed."""
    return f"landing/{record_kind}/{ward}/{night}.json"


def manifest_path(record_kind: RecordKind, ward: str, night: date) -> str:
    """Where the judged partition of a ward and night is committed."""
    return f"manifests/{record_kind}/{ward}/{night}.json"


def previous_manifest(lake: Lake, record_kind: RecordKind, ward: str, night: date) -> Manifest | None:
    """The newest committed partition of a ward before `night`: it holds the ward's cursor."""
    earlier = [
        name for name in lake.names(f"manifests/{record_kind}/{ward}") if PurePosixPath(name).stem < night.isoformat()
    ]
    return lake.read_record(earlier[-1], Manifest) if earlier else None
