"""The records of a landed batch: as little as judging takes is read of them, and of what is accepted often nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ward_warehouse.core.contracts import CONTRACTS
from ward_warehouse.lake.store import Lake, LandedBatch
from ward_warehouse.mapping.statement import MARKERS, RECEIVED
from ward_warehouse.validation.repeats import LOOKED_AT, ROW, without_earlier
from ward_warehouse.validation.suites import Suite


@dataclass(frozen=True)
class AsLanded:
    """Accepted records that are all those of a landed file, and no others."""

    path: str
    num_rows: int


@dataclass(frozen=True)
class Landed:
    """A batch as it is judged.

    Attributes:
        batch: without the versions that earlier nights would have brought, which count as unchanged.
        table: a row for each of the others, with the columns that are looked at; `ROW` is its place in the files.
        whole: the records of the first file with all their columns.
        cleared_rows: how many the second file has.
    """

    batch: LandedBatch
    table: pa.Table
    whole: pa.Table
    cleared_rows: int = 0

    def accept(self, lake: Lake, refused: np.ndarray) -> pa.Table | AsLanded:
        """The records but those at these places of the table, in the contract's columns."""
        rows = np.delete(self.table[ROW].to_numpy(), refused)
        names = CONTRACTS[self.batch.record_kind].schema().names
        first, second = self._divide(rows)
        accepted = self.whole.select(names)
        if len(first) < accepted.num_rows:
            accepted = accepted.take(pa.array(first))
        if not self.cleared_rows:
            return accepted
        if not len(first) and len(second) == self.cleared_rows:
            return AsLanded(self.batch.cleared_path, self.cleared_rows)
        cleared = lake.read_table(self.batch.cleared_path, names).take(pa.array(second))
        return pa.concat_tables([accepted, cleared.cast(accepted.schema)])

    def read_received(self, lake: Lake, places: np.ndarray) -> pa.ChunkedArray:
        """What was received of the records at these places of the table, which are sorted."""
        first, second = self._divide(self.table[ROW].to_numpy()[places])
        found = []
        if len(first):
            found.append(lake.read_table(self.batch.path, [RECEIVED]).take(pa.array(first))[RECEIVED])
        if len(second):
            found.append(lake.read_arrow(self.batch.beside_path, [RECEIVED]).take(pa.array(second))[RECEIVED])
        return pa.chunked_array([chunk for one in found for chunk in one.chunks])

    def _divide(self, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places in the first file and in the second."""
        in_first = rows < self.whole.num_rows
        return rows[in_first], rows[~in_first] - self.whole.num_rows


def read_landed(lake: Lake, batch: LandedBatch, suite: Suite) -> Landed | None:
    """The records of a landed batch; None of one without records.

    Raises:
        LakeError: a file is absent or damaged.
    """
    schema = CONTRACTS[batch.record_kind].schema()
    if not batch.landed_paths:
        return None
    columns = [*schema.names, *MARKERS]
    if not batch.cleared_path:
        whole = lake.read_table(batch.path, columns)
        return Landed(*without_earlier(batch, whole), whole)
    cleared = _read_cleared(lake, batch, {*suite.columns, *LOOKED_AT})
    if not batch.path:
        return Landed(*without_earlier(batch, cleared), schema.empty_table(), cleared.num_rows)
    whole = lake.read_table(batch.path, columns)
    both = pa.concat_tables([whole.select(cleared.column_names), cleared])
    return Landed(*without_earlier(batch, both), whole, cleared.num_rows)


def _read_cleared(lake: Lake, batch: LandedBatch, wanted: set[str]) -> pa.Table:
    names = CONTRACTS[batch.record_kind].schema().names
    cleared = lake.read_table(batch.cleared_path, [name for name in names if name in wanted])
    beside = lake.read_arrow(batch.beside_path, [name for name in MARKERS if name in wanted])
    for name in beside.column_names:
        cleared = cleared.append_column(name, beside[name])
    return cleared
