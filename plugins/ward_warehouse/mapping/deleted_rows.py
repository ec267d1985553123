"""Records that a ward's software keeps and marks as deleted."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.registry.systems import DeletedWhen


def divided(batch: pa.Table, deleted_when: DeletedWhen | None) -> tuple[pa.Table, pa.Table]:
    """The records of a source's batch that are there, and those that are marked as deleted.

    Args:
        batch: a table as a source gives it.
        deleted_when: the mark; without one all records are there, and so are those that leave its column out.
    """
    if deleted_when is None or deleted_when.column not in batch.column_names:
        return batch, batch.slice(0, 0)
    text = pc.fill_null(pc.utf8_trim_whitespace(pc.cast(batch[deleted_when.column], pa.string())), "")
    if deleted_when.filled:
        marked = pc.not_equal(text, "")
    else:
        marked = pc.is_in(
            pc.utf8_lower(text), value_set=pa.array([v.lower() for v in deleted_when.values], pa.string())
        )
    return batch.filter(pc.invert(marked)), batch.filter(marked)
