"""Columns of a sample of which no value could be read or translated: a mapping that is wrong rather than a record."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import CONTRACTS, Column
from ward_warehouse.mapping.statement import UNMAPPED, UNREADABLE
from ward_warehouse.registry import Feed


def unreadable_columns(feed: Feed, table: pa.Table) -> dict[str, int]:
    """How many values of each such column were lost, by the contract's name of it.

    Args:
        feed: the ward's feed.
        table: records of it as `Mapper.map` gives them.
    """
    lost = {column.name: _lost(column, table) for column in CONTRACTS[feed.record_kind].stored}
    return {
        column.name: lost[column.name]
        for column in CONTRACTS[feed.record_kind].stored
        if lost[column.name] and not _read(column, table)
    }


def said_of(feed: Feed, name: str, values: int) -> str:
    """The sentence on one of them."""
    column_map = feed.mapping.columns.get(name)
    origin = column_map.from_ if column_map is not None and column_map.from_ is not None else None
    codes = f", and its code table is {column_map.codes}" if column_map is not None and column_map.codes else ""
    return f"{name}{f' (from {origin})' if origin else ''}: none of its {values} values could be read{codes}"


def _lost(column: Column, table: pa.Table) -> int:
    marked = pa.array([False] * table.num_rows, pa.bool_())
    for marker in (UNREADABLE, UNMAPPED):
        marked = pc.or_(marked, pc.fill_null(pc.match_substring(table[marker], f"|{column.name}|"), False))
    return int(pc.sum(marked).as_py() or 0)


def _read(column: Column, table: pa.Table) -> int:
    values = table[column.name]
    if column.default is None:
        return len(values) - int(values.null_count)
    # The default stands where the source says nothing.
    return int(pc.sum(pc.not_equal(pc.cast(values, pa.string()), pa.scalar(str(column.default)))).as_py() or 0)
