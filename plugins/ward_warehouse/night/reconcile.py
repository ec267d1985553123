"""Reconciliation: which records of the lake are still at the source, and which the source has that no night brought.

A cursor shows what changed, never what vanished. So all keys of the source are read now and then and compared; what is
gone is marked deleted, what is back is marked present. A source that shows too few of its records is not believed: a
table half restored, a filter left on or a wrong database would else delete a ward.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.connections import Resolver
from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.core.errors import ReconcileError
from ward_warehouse.core.nights import CLOCK_TOLERANCE, night_end
from ward_warehouse.lake import deletions
from ward_warehouse.lake.deletions import DELETIONS_SCHEMA, Reconciliation
from ward_warehouse.lake.history import read_history
from ward_warehouse.lake.locks import require_lock
from ward_warehouse.lake.outcomes import new_id
from ward_warehouse.lake.store import Lake, LandedBatch, Manifest, Partition, previous_manifest
from ward_warehouse.mapping.deleted_rows import divided
from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.registry import Feed, HttpRead
from ward_warehouse.sources import Window, open_source

COMPARED = f"""
    WITH deleted AS ({deletions.DELETED_IDS}),
    known AS (
        SELECT DISTINCT source_record_id, source_record_id IN (SELECT source_record_id FROM deleted) AS is_deleted
        FROM versions)
    SELECT coalesce(known.source_record_id, source.source_record_id) AS source_record_id,
           known.is_deleted, source.source_record_id IS NOT NULL AS is_in_source
    FROM known FULL JOIN (SELECT DISTINCT source_record_id FROM found) AS source USING (source_record_id)
    ORDER BY ALL
"""  # noqa: S608 - our own text


def reconcile(
    feed: Feed, lake: Lake, resolve: Resolver, keys: Mapping[str, bytes], least_share: float
) -> Reconciliation:
    """Compares the accepted records of a feed with the keys of its source and commits the difference.

    Args:
        feed: a ward's feed, of a database or a service.
        lake: holds what the nights brought.
        resolve: gives the ward's connection.
        keys: the pseudonym key, which record ids that are pseudonyms are made with, by its id; after it earlier ones.
        least_share: share of the known records that the source must still show.

    Raises:
        ReconcileError: the source holds only what was dropped, was never loaded, or shows too few records.
        SourceError: the source cannot be read to its end.
        LakeError: the lake cannot be read or written.
    """
    if feed.system.transport == "files":
        raise ReconcileError(
            f"{feed}: a folder holds what was dropped there, and a file that was tidied away is no deletion: not "
            "compared; ask the ward for a list of withdrawn records"
        )
    newest = previous_manifest(lake, feed.record_kind, feed.ward.ward, date.max)
    if newest is None:
        raise ReconcileError(f"{feed}: no night was loaded yet, so there is nothing to compare; load it first")
    latest = datetime.now(UTC) + CLOCK_TOLERANCE
    at_source = _source_ids(feed, lake, resolve, newest.night, keys)
    compared = compare_ids(feed, lake, at_source)
    present = compared.filter(pc.field("is_deleted") == False)  # noqa: E712 - an Arrow expression
    vanished = present.filter(~pc.field("is_in_source"))
    believe(feed, present.num_rows - vanished.num_rows, present.num_rows, least_share)
    returned = compared.filter(pc.field("is_deleted") & pc.field("is_in_source"))
    unknown = _unknown(lake, feed, newest, at_source, compared.filter(pc.field("is_deleted").is_null()))
    later = _of_later_nights(feed, newest, latest, unknown)
    ahead = _out_of_reach(feed, latest, unknown)
    missed = unknown.num_rows - later
    return commit_found(feed, lake, newest.night, vanished, returned, missed, ahead, compared)


def unknown_note(found: Reconciliation) -> tuple[str, ...]:
    """What to do about records that no night has brought, if there are some; only what would bring them over."""
    notes = []
    if found.rows_unknown - found.rows_ahead:
        notes.append(
            f"{found.rows_unknown - found.rows_ahead} records of the source were never loaded: their change times lie "
            "outside what the nights read (a clock that was off, a restored backup); read the ward with `full`"
        )
    if found.rows_ahead:
        notes.append(
            f"{found.rows_ahead} records of the source were never loaded: they name a change time to come, and the "
            "service gives none beyond a night's end; ask the ward to correct the time"
        )
    return tuple(notes)


def believe(feed: Feed, shown: int, known: int, least_share: float) -> None:
    """Refuses to take it for true that most of the known records are gone.

    Raises:
        ReconcileError: fewer than the least share of them are shown.
    """
    if known and shown < least_share * known:
        raise ReconcileError(
            f"{feed}: the source shows {shown} of the {known} records it gave before, expected at least "
            f"{least_share:.0%}; nothing was marked: ask the ward whether records were really removed; if so, "
            "reconcile once with a lower WARD_WAREHOUSE_RECONCILE_LEAST_SHARE"
        )


def _source_ids(feed: Feed, lake: Lake, resolve: Resolver, night: date, keys: Mapping[str, bytes]) -> pa.Table:
    """The record ids of all records at the source, written as the nights write them, and when each changed."""
    source = open_source(keys_only(feed), resolve(feed.connection_id), {})
    tables: list[pa.Table] = []
    used = list(keys.items()) if feed.mapping.key_hashed else list(keys.items())[:1]
    present = present_ids(feed, lake) if len(used) > 1 else pa.array([], pa.string())
    with ExitStack() as stack:
        mappers = [stack.enter_context(closing(Mapper(keys_only(feed), night, key, key_id))) for key_id, key in used]
        for batch in source.read(Window()):
            there, _ = divided(batch, feed.mapping.deleted_when)
            if there.num_rows:
                found = [mapper.map(there, []).select(["source_record_id", "source_changed_at"]) for mapper in mappers]
                tables += _as_known(found, present)
    return pa.concat_tables(tables) if tables else CONTRACTS[feed.record_kind].schema().empty_table()


def _as_known(found: list[pa.Table], present: pa.Array) -> list[pa.Table]:
    """The same records with the ids of each key, the current one first, as the ids by which the lake knows them.

    One that it knows by no id has that of the current key.
    """
    now, *earlier = found
    if not earlier:
        return [now]
    known_now, *known = (pc.is_in(one["source_record_id"], value_set=present, skip_nulls=True) for one in found)
    known_before = known[0]
    for also in known[1:]:
        known_before = pc.or_(known_before, also)
    kept = now.filter(pc.or_(known_now, pc.invert(known_before)))
    return [kept, *(one.filter(which) for one, which in zip(earlier, known, strict=True))]


def present_ids(feed: Feed, lake: Lake) -> pa.Array:
    """The ids of the records that the lake accepted and that are not deleted."""
    compared = compare_ids(feed, lake, pa.table({"source_record_id": pa.array([], pa.string())}))
    present = compared.filter(pc.field("is_deleted") == False)  # noqa: E712 - an Arrow expression
    return present["source_record_id"].combine_chunks()


def keys_only(feed: Feed) -> Feed:
    """The feed with nothing mapped but key and cursor: a database is asked for these columns alone."""
    mapping = feed.mapping
    kept = {*mapping.key, *mapping.row_columns, *([mapping.cursor.column] if mapping.cursor else [])}
    others = tuple(name for name in (*mapping.source_columns(), *mapping.ignore) if name not in kept)
    slim = mapping.model_copy(update={"columns": {}, "ignore": others})
    system = feed.system.model_copy(update={"record_kinds": {**feed.system.record_kinds, feed.record_kind: slim}})
    return replace(feed, system=system, catalogue=None)


def compare_ids(feed: Feed, lake: Lake, found: pa.Table) -> pa.Table:
    """One row for each id of either side: whether it is deleted (null where the lake lacks it), and at the source."""
    with open_cursor() as db:
        db.register("versions", _ids(lake, feed, "accepted_path", ["source_record_id", "night"]))
        db.register("events", deletions.events(lake, feed.record_kind, feed.ward.ward))
        db.register("found", found)
        return db.execute(COMPARED).to_arrow_table()


def _ids(lake: Lake, feed: Feed, path: str, columns: list[str]) -> pa.Table:
    tables = []
    for manifest in read_history(lake, feed.record_kind, feed.ward.ward):
        if getattr(manifest, path):
            tables.append(lake.read_partition(getattr(manifest, path), manifest.night, columns))
    empty = pa.table({name: pa.array([], pa.date32() if name == "night" else pa.string()) for name in columns})
    return pa.concat_tables(tables) if tables else empty


def _unknown(lake: Lake, feed: Feed, newest: Manifest, at_source: pa.Table, missing: pa.Table) -> pa.Table:
    """Records of the source that were neither accepted nor quarantined, and wait for no judgement either."""
    seen = _ids(lake, feed, "quarantine_path", ["source_record_id"])["source_record_id"].to_pylist()
    seen += _waiting_ids(lake, feed, newest)
    wanted = {record_id for record_id in missing["source_record_id"].to_pylist() if record_id} - set(seen)
    found = at_source.filter(pc.is_in(at_source["source_record_id"], value_set=pa.array(sorted(wanted), pa.string())))
    return found.group_by("source_record_id").aggregate([("source_changed_at", "max")])


def _waiting_ids(lake: Lake, feed: Feed, newest: Manifest) -> list[str]:
    """Ids of what a night landed that is not judged yet, or held back."""
    ids: list[str] = []
    for name in lake.names(f"landing/{feed.record_kind}/{feed.ward.ward}"):
        if PurePosixPath(name).stem < newest.night.isoformat():
            continue
        batch = lake.read_record(name, LandedBatch)
        if batch is None or batch.batch_id == newest.batch_id:
            continue
        ids += lake.read_landed(batch, ["source_record_id"])["source_record_id"].to_pylist()
    return ids


def _of_later_nights(feed: Feed, newest: Manifest, latest: datetime, unknown: pa.Table) -> int:
    """How many changed since the newest night ended: the nights that come bring those, and `full` would not."""
    changed = unknown["source_changed_at_max"]
    end = pa.scalar(night_end(newest.night, feed.district.time_zone), changed.type)
    later = pc.and_(pc.greater_equal(changed, end), pc.less_equal(changed, pa.scalar(latest, changed.type)))
    return int(pc.sum(later).as_py() or 0)


def _out_of_reach(feed: Feed, latest: datetime, unknown: pa.Table) -> int:
    """How many name a change time to come in a service that is asked for changes up to a night's end."""
    read = feed.system.read_spec(feed.record_kind)
    if not isinstance(read, HttpRead) or not read.until_param:
        return 0
    changed = unknown["source_changed_at_max"]
    return int(pc.sum(pc.greater(changed, pa.scalar(latest, changed.type))).as_py() or 0)


def commit_found(
    feed: Feed, lake: Lake, night: date, vanished: pa.Table, returned: pa.Table, unknown: int,
    ahead: int, compared: pa.Table,
) -> Reconciliation:  # fmt: skip
    """Commits the records that vanished and those that came back, each with their `source_record_id`."""
    now, batch_id = datetime.now(UTC), new_id()
    partition = {
        "record_kind": feed.record_kind,
        "ward": feed.ward.ward,
        "district": feed.ward.district,
        "night": night,
    }
    rows = [
        {
            "record_kind": str(feed.record_kind),
            "ward_key": feed.ward.ward,
            "district_code": feed.ward.district,
            "source_record_id": record_id,
            "night": night,
            "is_deleted": is_deleted,
            "reconciled_at": now,
        }
        for table, is_deleted in ((vanished, True), (returned, False))
        for record_id in table["source_record_id"].to_pylist()
    ]
    path = lake.data_path(deletions.ZONE, Partition(**partition), batch_id) if rows else ""
    if rows:
        lake.write_table(path, pa.Table.from_pylist(rows, DELETIONS_SCHEMA))
    found = Reconciliation(
        **partition,
        batch_id=batch_id,
        path=path,
        keys_in_source=int(pc.sum(compared["is_in_source"]).as_py() or 0),
        keys_in_lake=int(pc.sum(pc.invert(compared["is_deleted"])).as_py() or 0),
        rows_deleted=vanished.num_rows,
        rows_returned=returned.num_rows,
        rows_unknown=unknown,
        rows_ahead=ahead,
        reconciled_at=now,
    )
    require_lock(lake, feed.record_kind, feed.ward.ward, night)
    deletions.commit(lake, found)
    return found
