"""The lake: immutable Parquet under one fsspec address, made visible by manifests that are committed in one step.

    landing/<record kind>/ward=<ward>/night=<night>/<batch>.parquet      mapped and treated, not judged yet
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

A file may hold many nights of a ward: a manifest stands for the records of its own night in it. A file that no manifest
names does not exist for any reader: a run that is killed leaves nothing half-visible.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Any, TypeVar
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.errors import LakeError

log = logging.getLogger(__name__)

Record = TypeVar("Record", bound="LakeRecord")
COMPRESSION = "zstd"
OBJECT_STORES = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "az", "memory"})
"""Where an object is seen under its name when all of it is there, and not before: no other name is needed."""
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

    Attributes:
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


class Lake:
    """Reads and writes under one fsspec address."""

    def __init__(self, address: str) -> None:
        self.fs, self._root = fsspec.url_to_fs(address)
        self._is_exclusive = False

    def path(self, relative: str) -> str:
        """Full path of a file of the lake."""
        return f"{self._root}/{relative}"

    def data_path(self, zone: str, partition: Partition, batch_id: str) -> str:
        """Relative path of a partition's Parquet file in a zone (landing, accepted, quarantine)."""
        return f"{zone}/{partition.record_kind}/ward={partition.ward}/night={partition.night}/{batch_id}.parquet"

    @contextmanager
    def writing(self, relative: str) -> Iterator[IO[bytes]]:
        """A file that appears under its name only when the block ends without an error.

        Raises:
            LakeError: the lake cannot be written.
        """
        try:
            with self._putting(relative) if self._shows_whole_objects else self._renaming(relative) as handle:
                yield handle
        except OSError as error:
            raise LakeError(
                f"lake: {relative} cannot be written ({error.strerror or error}); check space and rights of the lake"
            ) from error

    @contextmanager
    def _putting(self, relative: str) -> Iterator[IO[bytes]]:
        """One request for an object of ordinary size: of a block that fails, nothing has left this process."""
        content = BytesIO()
        yield content
        self.fs.pipe_file(self.path(relative), content.getvalue())

    @contextmanager
    def _renaming(self, relative: str) -> Iterator[IO[bytes]]:
        target = self.path(relative)
        temporary = f"{target}.{uuid4().hex}.tmp"
        try:
            self.fs.makedirs(str(PurePosixPath(target).parent), exist_ok=True)
            with self.fs.open(temporary, "wb") as handle:
                yield handle
                handle.flush()
                if self.is_local:
                    os.fsync(handle.fileno())
            self._rename(temporary, target)
        except BaseException:
            self._forget(temporary)
            raise

    def write_table(self, relative: str, table: pa.Table) -> None:
        """Writes a table as one Parquet file."""
        with self.writing(relative) as handle:
            pq.write_table(table, handle, compression=COMPRESSION)

    def write_record(self, relative: str, record: LakeRecord) -> None:
        """Commits a JSON document: readers see the old one or the new one."""
        with self.writing(relative) as handle:
            handle.write(record.model_dump_json().encode())

    def create(self, relative: str, content: bytes) -> bool:
        """Writes a file whole under a name that is still free; False when somebody else has the name already.

        Raises:
            LakeError: the lake cannot be written.
        """
        target = self.path(relative)
        if not self.is_local:
            if not self._create_object(target, content):
                return False
            self._require_exclusive(target, content)
            return True
        whole = f"{relative}.{uuid4().hex}.new"
        with self.writing(whole) as handle:
            handle.write(content)
        try:
            # A link, unlike a rename, never takes the place of what is there.
            os.link(self.path(whole), target)
            _sync_folder(target)
        except FileExistsError:
            return False
        except OSError as error:
            raise LakeError(
                f"lake: {relative} cannot be written ({error.strerror or error}); check space and rights of the lake"
            ) from error
        finally:
            self.remove(whole)
        return True

    def _create_object(self, target: str, content: bytes) -> bool:
        try:
            self.fs.pipe_file(target, content, mode="create")
        except FileExistsError:
            return False
        return True

    def _require_exclusive(self, target: str, content: bytes) -> None:
        """Creates the first file of this lake a second time: locks stand on a store that refuses that.

        Raises:
            LakeError: the store takes it; the file is removed again.
        """
        if self._is_exclusive:
            return
        if self._create_object(target, content):
            self._forget(target)
            raise LakeError(
                "lake: the store lets two writers create one file, so that two runs could hold one lock; use a store "
                "with conditional writes (S3's If-None-Match), or a folder"
            )
        self._is_exclusive = True

    def read_table(self, relative: str, columns: list[str] | None = None, filters: Any = None) -> pa.Table:
        """A Parquet file of the lake.

        Raises:
            LakeError: it is absent or damaged.
        """
        try:
            with self.fs.open(self.path(relative), "rb") as handle:
                return pq.read_table(handle, columns=columns, filters=filters)
        except (OSError, pa.ArrowInvalid) as error:
            raise LakeError(
                f"lake: {relative} cannot be read ({' '.join(str(error).split())[:160]}); restore it from the "
                "backup or run that ward and night again"
            ) from None

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
        try:
            content = self.fs.cat_file(self.path(relative))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LakeError(
                f"lake: {relative} cannot be read ({error.strerror or error}); check the lake and its rights"
            ) from None
        try:
            return model.model_validate_json(content)
        except ValidationError:
            raise LakeError(
                f"lake: {relative} is damaged; restore it from the backup or run that ward and night again"
            ) from None

    def names(self, folder: str, suffix: str = ".json") -> list[str]:
        """Relative paths of the files in a folder, sorted by name; empty when there is no such folder."""
        return [path for path, _ in self.versions(folder, suffix)]

    def versions(self, folder: str, suffix: str = ".json") -> list[tuple[str, str]]:
        """Relative path and version mark (size and time of change, or ETag) of the files in a folder."""
        try:
            entries = self.fs.ls(self.path(folder), detail=True, refresh=True)
        except FileNotFoundError:
            return []
        files = [entry for entry in entries if entry["type"] == "file" and entry["name"].endswith(suffix)]
        found = [(f"{folder}/{PurePosixPath(entry['name']).name}", _mark(entry)) for entry in files]
        return sorted(found)

    def folders(self, folder: str) -> list[str]:
        """Names of the folders in a folder, sorted."""
        try:
            entries = self.fs.ls(self.path(folder), detail=True, refresh=True)
        except FileNotFoundError:
            return []
        return sorted(PurePosixPath(entry["name"]).name for entry in entries if entry["type"] == "directory")

    def missing(self, paths: Collection[str]) -> list[str]:
        """Those of the paths under which there is no file, also where a listing that lags does not show one."""
        if self.is_local:
            return [path for path in paths if not os.path.exists(self.path(path))]
        self.fs.invalidate_cache()
        zones = {PurePosixPath(path).parts[0] for path in paths}
        shown = {name for zone in zones for name in self.fs.find(self.path(zone))}
        return [path for path in paths if self.path(path) not in shown and not self.fs.exists(self.path(path))]

    def remove(self, relative: str) -> bool:
        """Removes a file that no manifest names any more; where that fails it stays, and nobody reads it.

        Gives whether it was there and is gone.
        """
        return self._forget(self.path(relative))

    def duckdb_path(self, relative: str) -> str:
        """Address of a file as DuckDB reads it once the lake's file system is registered with it."""
        return self.path(relative) if self.is_local else self.fs.unstrip_protocol(self.path(relative))

    @property
    def is_local(self) -> bool:
        """Whether the lake is a folder of this machine."""
        return "file" in self.fs.protocol

    @property
    def _shows_whole_objects(self) -> bool:
        protocols = {self.fs.protocol} if isinstance(self.fs.protocol, str) else set(self.fs.protocol)
        return bool(protocols & OBJECT_STORES)

    def _rename(self, temporary: str, target: str) -> None:
        if not self.is_local:
            self.fs.mv(temporary, target)
            return
        os.replace(temporary, target)
        _sync_folder(target)

    def _forget(self, path: str) -> bool:
        try:
            if not self.fs.exists(path):
                return False
            self.fs.rm_file(path)
        except OSError as error:
            log.warning("lake: %s is not needed any more and cannot be removed (%s)", path, error.strerror or error)
            return False
        return True


def _sync_folder(path: str) -> None:
    folder = os.open(str(PurePosixPath(path).parent), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _mark(entry: dict[str, Any]) -> str:
    stamp = entry.get("ETag") or entry.get("mtime") or entry.get("LastModified")
    return f"{entry['size']}:{stamp}"


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
