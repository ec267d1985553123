"""Retention and housekeeping: what is kept no longer is deleted by policy, and many small files become one.

Each step may be ended at any moment and run again: a file is written whole before a manifest names it, a manifest is
switched in one step, and a file is deleted only when nothing has named it for days.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

import pyarrow as pa

from ward_warehouse.core.contracts import RecordKind
from ward_warehouse.core.settings import Settings
from ward_warehouse.lake import taken_back
from ward_warehouse.lake.deletions import ZONE as DELETIONS
from ward_warehouse.lake.deletions import reconciliations
from ward_warehouse.lake.history import read_history
from ward_warehouse.lake.period_log import CLOSED, decided_districts, read_periods
from ward_warehouse.lake.quarantine_log import decided_wards, read_log
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, manifest_path

ZONES = ("landing", "accepted", "quarantine", "decided", DELETIONS)
UNFINISHED = (".tmp", ".new")
"""What a file is called until it is whole."""
LONGEST_WRITE = timedelta(days=1)
"""Four times what a run may take: whoever wrote what is older, or was about to name it, was killed."""
EMPTIED = "-emptied.parquet"
COMPACTED = "/nights="


@dataclass
class Done:
    """What maintenance did: entries whose values were emptied, files joined and into how many, files deleted.

    Attributes:
        leftovers_deleted: data files that no manifest names any more.
        unfinished_deleted: files that a killed run had not written to their end.
        closings_deleted: figures and evidence that a killed closing of a period had kept before it was decided.
    """

    entries_emptied: int = 0
    files_joined: int = 0
    files_written: int = 0
    leftovers_deleted: int = 0
    unfinished_deleted: int = 0
    closings_deleted: int = 0
    logs_deleted: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in asdict(self).items())


def maintain(settings: Settings, lake: Lake, now: datetime) -> Done:
    """Empties old quarantine values, compacts the lake, deletes leftovers and old logs.

    Args:
        settings: how long what is kept.
        lake: the lake.
        now: an instant; ages are counted from it.

    Raises:
        LakeError: the lake cannot be read or written; what was done so far stands.
    """
    done = Done()
    today = now.date()
    for manifest in _manifests(lake):
        if manifest.night < today - timedelta(days=settings.quarantine_keep_days):
            done.entries_emptied += _empty_values(lake, manifest)
    _compact(lake, settings, today, done)
    done.leftovers_deleted = _delete_leftovers(lake, now - timedelta(days=settings.leftover_keep_days))
    done.unfinished_deleted = _delete(lake, _old_files(lake, "", UNFINISHED, now - LONGEST_WRITE))
    done.closings_deleted = _delete_closings(lake, now - LONGEST_WRITE)
    done.logs_deleted = _delete_logs(settings.home.resolve(), now - timedelta(days=settings.log_keep_days))
    return done


def _manifests(lake: Lake) -> Iterator[Manifest]:
    for record_kind in RecordKind:
        for ward in lake.folders(f"manifests/{record_kind}"):
            yield from _of_ward(lake, record_kind, ward)


def _of_ward(lake: Lake, record_kind: RecordKind, ward: str) -> Iterator[Manifest]:
    yield from read_history(lake, record_kind, ward)


def _switch(lake: Lake, seen: Manifest, **paths: str) -> bool:
    """Makes the partition name other files that hold the same records; not when somebody made it anew meanwhile."""
    place = manifest_path(seen.record_kind, seen.ward, seen.night)
    if lake.read_record(place, Manifest) != seen:
        return False
    lake.write_record(place, seen.model_copy(update=paths))
    return True


def _empty_values(lake: Lake, manifest: Manifest) -> int:
    """Takes what was received out of a partition's quarantine; what was broken, when and where stays."""
    path = manifest.quarantine_path
    if not path or path.endswith(EMPTIED):
        return 0
    entries = lake.read_partition(path, manifest.night)
    index = entries.column_names.index("received")
    emptied = entries.set_column(index, "received", pa.nulls(entries.num_rows, pa.string()))
    target = lake.data_path("quarantine", manifest, f"{manifest.batch_id}-{uuid4().hex[:8]}").removesuffix(".parquet")
    lake.write_table(target + EMPTIED, emptied)
    return entries.num_rows if _switch(lake, manifest, quarantine_path=target + EMPTIED) else 0


def _compact(lake: Lake, settings: Settings, today: date, done: Done) -> None:
    """Joins the small files of a ward's old nights into one for each zone."""
    newest = today - timedelta(days=settings.compact_after_nights)
    for record_kind in RecordKind:
        for ward in lake.folders(f"manifests/{record_kind}"):
            old = [manifest for manifest in _of_ward(lake, record_kind, ward) if manifest.night <= newest]
            for zone in ("accepted", "quarantine"):
                small = [m for m in old if _path(m, zone) and not _is_settled(m, zone)]
                if len(small) >= settings.compact_after_nights:
                    _join(lake, zone, small, done)
                    # The other zone's switch must start from the partitions as they are now.
                    old = [manifest for manifest in _of_ward(lake, record_kind, ward) if manifest.night <= newest]


def _path(manifest: Manifest, zone: str) -> str:
    return manifest.accepted_path if zone == "accepted" else manifest.quarantine_path


def _is_settled(manifest: Manifest, zone: str) -> bool:
    path = _path(manifest, zone)
    # Quarantine waits until its values are emptied: joined before, it would be written twice.
    return COMPACTED in path or (zone == "quarantine" and not path.endswith(EMPTIED))


def _join(lake: Lake, zone: str, small: list[Manifest], done: Done) -> None:
    first, last = small[0], small[-1]
    ending = EMPTIED if zone == "quarantine" else ".parquet"
    target = f"{zone}/{first.record_kind}/ward={first.ward}{COMPACTED}{first.night}_{last.night}/{uuid4().hex}{ending}"
    tables = [lake.read_partition(_path(manifest, zone), manifest.night) for manifest in small]
    lake.write_table(target, pa.concat_tables(tables, promote_options="default"))
    done.files_written += 1
    done.files_joined += sum(_switch(lake, manifest, **{f"{zone}_path": target}) for manifest in small)


def _delete_leftovers(lake: Lake, before: datetime) -> int:
    """Deletes data files that nothing names and that are old enough not to be about to be named."""
    # Listed before the names are read: what is committed in between is young, and is not touched.
    old = [path for zone in ZONES for path in _old_files(lake, zone, (".parquet", ".arrow"), before)]
    if not old:
        return 0
    named = _named(lake)
    return _delete(lake, [path for path in old if path not in named])


def _delete_closings(lake: Lake, before: datetime) -> int:
    """Deletes what a closing kept that was ended before its decision was made: no period ever names it."""
    # Listed before the decisions are read, as above.
    old = _old_files(lake, CLOSED, (".parquet",), before)
    decisions = [one for district in decided_districts(lake) for one in read_periods(lake, district).decisions]
    named = {f"{CLOSED}/{one.district}/{one.snapshot_id}" for one in decisions if one.snapshot_id}
    return _delete(lake, [path for path in old if str(PurePosixPath(path).parent) not in named])


def _delete(lake: Lake, paths: list[str]) -> int:
    """Deletes files; gives how many of them are gone."""
    return sum(lake.remove(path) for path in paths)


def _old_files(lake: Lake, folder: str, suffixes: tuple[str, ...], before: datetime) -> list[str]:
    """Files below a folder, the whole lake for an empty one, that were last written before an instant."""
    return [
        path
        for path, entry in lake.find(folder).items()
        if path.endswith(suffixes) and _written_at(lake, path, entry) < before
    ]


def _written_at(lake: Lake, path: str, entry: Mapping[str, Any]) -> datetime:
    at = entry.get("LastModified") or entry.get("mtime")
    if at is None:
        at = lake.fs.modified(lake.path(path))
    return (datetime.fromtimestamp(at, UTC) if isinstance(at, float | int) else at).astimezone(UTC)


def _named(lake: Lake) -> set[str]:
    kept = [*_manifests(lake), *(one.manifest for one in taken_back.read_all(lake))]
    named = {path for manifest in kept for path in (manifest.accepted_path, manifest.quarantine_path)}
    for record_kind, ward in decided_wards(lake):
        named |= set(read_log(lake, record_kind, ward).entries["records_path"].to_pylist())
    for record_kind in RecordKind:
        for ward in lake.folders(f"landing/{record_kind}"):
            for name in lake.names(f"landing/{record_kind}/{ward}"):
                batch = lake.read_record(name, LandedBatch)
                named |= {*batch.landed_paths, batch.rekeyed_path} if batch is not None else set()
        for ward in lake.folders(f"reconciliations/{record_kind}"):
            named |= {found.path for found in reconciliations(lake, record_kind, ward)}
    return named


def _delete_logs(home: Path, before: datetime) -> int:
    count = 0
    for folder in (home / "logs", home / "airflow" / "logs"):
        for path in folder.rglob("*"):
            if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
                path.unlink(missing_ok=True)
                count += 1
    return count
