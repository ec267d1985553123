"""What a night learns of records that the source marks as deleted: they are deleted here too, at once.

A marked record is not landed: it is none any more. What the lake accepted of it stays, and the deletion stands beside
it as after a reconciliation, which sees marked records as gone as well. One whose mark is taken back is there again.
"""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.lake.store import Lake
from ward_warehouse.mapping.deleted_rows import divided
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.night.reconcile import believe, commit_found, compare_ids
from ward_warehouse.night.rekeyed import EarlierIds
from ward_warehouse.registry import Feed


class SoftDeletes:
    """Takes note of the marked records of one reading.

    Args:
        feed: a ward's feed; without `deleted_when` nothing is noted.
        mapper: maps its batches.
        earlier: knows the marked records by ids of earlier keys.
    """

    def __init__(self, feed: Feed, mapper: Mapper, earlier: EarlierIds) -> None:
        self._feed = feed
        self._marks = feed.mapping.deleted_when
        self._mapper = mapper
        self._earlier = earlier
        self._gone: list[pa.Array] = []
        self._there: list[pa.Array] = []

    def map(self, batch: pa.Table, new_columns: list[str]) -> pa.Table:
        """The mapped records of a batch that are not marked."""
        there, gone = divided(batch, self._marks)
        if gone.num_rows:
            self._gone += self._mapper.map(gone, new_columns)["source_record_id"].chunks
            self._gone += self._earlier.known(gone)
        mapped = self._mapper.map(there, new_columns)
        if self._marks is not None:
            self._there += mapped["source_record_id"].chunks
        return mapped

    def commit(self, lake: Lake, night: date, least_share: float) -> None:
        """Marks what is gone, and takes back the mark of what is there again.

        Raises:
            ReconcileError: so many records are marked that it is not believed.
        """
        if self._marks is None:
            return
        there = pa.chunked_array(self._there, pa.string()).combine_chunks()
        gone = pa.chunked_array(self._gone, pa.string()).combine_chunks()
        # The newest of several versions in one reading may be either: who is there is not deleted.
        gone = gone.filter(pc.invert(pc.is_in(gone, value_set=there)))
        compared = compare_ids(self._feed, lake, pa.table({"source_record_id": gone}))
        is_gone = pc.is_in(compared["source_record_id"], value_set=gone)
        compared = compared.set_column(
            compared.column_names.index("is_in_source"), "is_in_source", pc.invert(is_gone)
        ).filter(pc.field("is_deleted").is_valid())
        present = compared.filter(pc.field("is_deleted") == False)  # noqa: E712 - an Arrow expression
        vanished = present.filter(~pc.field("is_in_source"))
        deleted = compared.filter(pc.field("is_deleted"))
        returned = deleted.filter(pc.is_in(deleted["source_record_id"], value_set=there))
        if vanished.num_rows or returned.num_rows:
            believe(self._feed, present.num_rows - vanished.num_rows, present.num_rows, least_share)
            commit_found(self._feed, lake, night, vanished, returned, 0, 0, compared)
