"""A ward's own rows of a file, table or endpoint that holds those of all wards."""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.quoting import identifier
from ward_warehouse.mapping.readings import folded
from ward_warehouse.registry import Feed


class OwnRows:
    """Takes the rows that `where` calls records and `split_by` gives to the ward.

    A row that names no ward, or none that is in force, is taken by the first of the wards that are: it is judged there,
    and once.

    Args:
        feed: the ward's feed.
        night: which wards are in force.
    """

    def __init__(self, feed: Feed, night: date) -> None:
        self._where = feed.mapping.where
        self._split_by = feed.mapping.split_by
        present = [ward for ward in feed.sharing if ward.in_force.covers(night)] or [feed.ward]
        self._takes_strangers = present[0].ward == feed.ward.ward
        self._own = [folded(alias) for alias in feed.ward.aliases]
        self._known = [folded(alias) for ward in present for alias in ward.aliases]

    def of(self, batch: pa.Table, db: duckdb.DuckDBPyConnection) -> pa.Table:
        """The rows of a source's batch that are the ward's; its columns are as the source gave them."""
        if self._where is not None:
            db.register("batch", batch)
            # What cannot be judged is no reason to pass a record over.
            taken = f"SELECT coalesce(TRY(CAST(({self._where}) AS BOOLEAN)), TRUE) AS taken FROM batch"  # noqa: S608 - parsed on load
            mask = db.execute(taken).to_arrow_table()["taken"]
            db.unregister("batch")
            batch = batch.filter(mask)
        if self._split_by is not None:
            batch = batch.filter(self._is_taken(self._named_ward(batch, self._split_by, db)))
        return batch

    def _named_ward(self, batch: pa.Table, column: str, db: duckdb.DuckDBPyConnection) -> pa.ChunkedArray:
        db.register("batch", batch)
        text = f"lower(trim(nfc_normalize(CAST({identifier(column)} AS VARCHAR))))"
        found = db.execute(f"SELECT coalesce({text}, '') AS named FROM batch").to_arrow_table()["named"]  # noqa: S608 - quoted
        db.unregister("batch")
        return found

    def _is_taken(self, named: pa.ChunkedArray) -> pa.ChunkedArray:
        own = pc.is_in(named, value_set=pa.array(self._own, pa.string()))
        if not self._takes_strangers:
            return own
        return pc.or_(own, pc.invert(pc.is_in(named, value_set=pa.array(self._known, pa.string()))))
