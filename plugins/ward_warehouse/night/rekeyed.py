"""Record ids that are pseudonyms, after the pseudonym key was exchanged: no record counts under two ids.

Where a system's key holds identity numbers (`key: {hashed: [...]}`), a record that is read again after a rotation has
another id than before. Which ids the lake knows it by from earlier keys is noted beside the batch, and those are marked
as deleted once the record is accepted under its new one: never before, so that a batch that is held takes nothing away.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack, closing
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.lake.store import Lake, Manifest, Partition, manifest_path
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.night.reconcile import commit_found, compare_ids, keys_only, present_ids
from ward_warehouse.registry import Feed

PAIRS = pa.schema([("source_record_id", pa.string()), ("earlier_id", pa.string())])


class EarlierIds:
    """The ids by which the lake knows the records of one reading from earlier keys.

    Args:
        feed: a ward's feed; nothing is noted of one whose ids are no pseudonyms.
        lake: holds what the nights brought.
        night: the night that reads.
        keys: the current key by its id, and after it the earlier ones.
        stack: closes what this opens.
    """

    def __init__(self, feed: Feed, lake: Lake, night: date, keys: Mapping[str, bytes], stack: ExitStack) -> None:
        self._mappers: list[Mapper] = []
        self._pairs: list[pa.Table] = []
        if not feed.mapping.key_hashed or len(keys) < 2:
            return
        self._present = present_ids(feed, lake)
        self._mappers = [
            stack.enter_context(closing(Mapper(keys_only(feed), night, key, key_id))) for key_id, key in keys.items()
        ]

    def note(self, batch: pa.Table) -> None:
        """Takes note of the records of a source's batch."""
        if not self._mappers or not batch.num_rows:
            return
        now, *earlier = (mapper.map(batch, [])["source_record_id"] for mapper in self._mappers)
        for ids in earlier:
            known = pc.is_in(ids, value_set=self._present, skip_nulls=True)
            self._pairs.append(pa.Table.from_arrays([now.filter(known), ids.filter(known)], schema=PAIRS))

    def known(self, batch: pa.Table) -> list[pa.Array]:
        """The ids of earlier keys by which the lake knows records of a source's batch."""
        found = (mapper.map(batch, [])["source_record_id"] for mapper in self._mappers[1:])
        return [chunk for ids in found for chunk in ids.filter(pc.is_in(ids, value_set=self._present)).chunks]

    def land(self, lake: Lake, partition: Partition, batch_id: str) -> str:
        """Writes what was noted beside a batch; gives where, or nothing when the lake knows no record from before."""
        pairs = pa.concat_tables(self._pairs) if self._pairs else PAIRS.empty_table()
        if not pairs.num_rows:
            return ""
        path = lake.data_path("landing", partition, f"{batch_id}-rekeyed")
        lake.write_table(path, pairs)
        return path


def close_earlier_ids(feed: Feed, lake: Lake, night: date) -> int:
    """Marks the earlier ids of the records that a night accepted as deleted; gives how many that were.

    May be done again: what is marked already is left alone.

    Raises:
        LakeError: the lake cannot be read or written.
    """
    if not feed.mapping.key_hashed:
        return 0
    manifest = lake.read_record(manifest_path(feed.record_kind, feed.ward.ward, night), Manifest)
    if manifest is None or not manifest.rekeyed_path or not manifest.accepted_path:
        return 0
    if not lake.exists(manifest.rekeyed_path):
        return 0  # It was done long ago: maintenance deletes what no batch that waits names.
    pairs = lake.read_table(manifest.rekeyed_path)
    accepted = lake.read_partition(manifest.accepted_path, manifest.night, ["source_record_id"])["source_record_id"]
    taken_over = pairs.filter(pc.is_in(pairs["source_record_id"], value_set=accepted.combine_chunks()))
    earlier = pa.table({"source_record_id": taken_over["earlier_id"].unique()})
    compared = compare_ids(feed, lake, earlier)
    present = pc.field("is_deleted") == False  # noqa: E712 - an Arrow expression
    closed = compared.filter(present & pc.field("is_in_source"))
    if closed.num_rows:
        commit_found(feed, lake, manifest.night, closed, closed.slice(0, 0), 0, 0, compared)
    return int(closed.num_rows)
