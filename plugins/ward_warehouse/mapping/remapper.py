"""Mapping again what quarantine kept of a record, by the mapping as it is now.

What was received was treated before it was kept, and is not treated twice: a pseudonym stays the pseudonym it is, a
native time is read as one, and a code that nobody knew, kept masked, is recognised by its keyed hash once a code table
or an alias of the ward knows it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from ward_warehouse.core.contracts import CONTRACTS, Column, Privacy
from ward_warehouse.core.errors import WardWarehouseError
from ward_warehouse.core.quoting import identifier
from ward_warehouse.mapping import privacy
from ward_warehouse.mapping.mapper import Mapper
from ward_warehouse.mapping.readings import folded
from ward_warehouse.mapping.statement import NATIVE_DAY, NATIVE_NUMBER, NATIVE_TIME, NOTE, TORN, Statement
from ward_warehouse.mapping.values import Input
from ward_warehouse.registry import ColumnMap, Feed
from ward_warehouse.sources import FAULT, POSITION

Keys = dict[str, bytes]
"""Pseudonym keys by id, the current one first."""

NATIVE: dict[str, tuple[Callable[[str], object], pa.DataType]] = {
    NATIVE_TIME: (datetime.fromisoformat, pa.timestamp("us")),
    NATIVE_DAY: (lambda text: datetime.fromisoformat(text).date(), pa.date32()),
    NATIVE_NUMBER: (float, pa.float64()),
}
"""How a value that the source gave as more than text is read from the text that was kept of it."""


class Remapper(Mapper):
    """Maps quarantine entries of one record kind and night.

    Args:
        feed: the ward's feed as it is now.
        night: the night the entries belong to.
        keys: the pseudonym keys.
    """

    def __init__(self, feed: Feed, night: date, keys: Keys) -> None:
        current = next(iter(keys))
        super().__init__(feed, night, keys[current], current)
        self._known = _known_words(feed, keys)

    def map_entries(self, entries: pa.Table) -> pa.Table:
        """The records of quarantine entries as `Mapper.map` gives them, in the order of the entries.

        Raises:
            WardWarehouseError: the mapping reads a column that was not received with these records, or their values
                are kept no longer.
        """
        texts = entries["received"].to_pylist()
        if None in texts:
            raise WardWarehouseError(
                f"{self._feed} night {self._night}: the values of these records are kept no longer; extract that "
                "night of the ward again"
            )
        batch = self._batch([json.loads(text) for text in texts], entries["source_position"])
        self._require_columns(batch.column_names)
        return self.map(batch, [])

    def _name_columns(self, batch: pa.Table, new_columns: list[str]) -> pa.Table:
        # What was received has labels, and nothing that is not mapped.
        return batch

    def _own(self, batch: pa.Table) -> pa.Table:
        # Which ward a record belongs to was decided when it was read.
        return batch

    def _short_ways(self, batch: pa.Table, plain: frozenset[str]) -> dict[str, pa.Array]:
        # What was received is labelled otherwise than a source's columns, and never much.
        return {}

    def _statement(
        self, schema: pa.Schema, new_columns: list[str], plain: frozenset[str], given: Collection[str] = ()
    ) -> Statement:
        return _Received(self._feed, self._contract, schema, new_columns, plain, given)

    def _batch(self, received: list[dict[str, Any]], positions: pa.ChunkedArray) -> pa.Table:
        labels = dict.fromkeys(name for values in received for name in values if not name.startswith(NOTE))
        columns = {label: self._column(label, received) for label in labels if label != FAULT}
        columns[POSITION] = positions.combine_chunks()
        columns[FAULT] = pa.array([values.get(FAULT) for values in received], pa.string())
        return pa.table(columns)

    def _column(self, label: str, received: list[dict[str, Any]]) -> pa.Array:
        values = [row.get(label) for row in received]
        notes = [row.get(NOTE + label) for row in received]
        for native, (read, data_type) in NATIVE.items():
            if any(notes) and all((n == native) == (v is not None) for v, n in zip(values, notes, strict=True)):
                return pa.array([None if value is None else read(value) for value in values], data_type)
        return pa.array([self._known.get(note, value) for value, note in zip(values, notes, strict=True)], pa.string())

    def _require_columns(self, present: list[str]) -> None:
        """Checks that the mapping finds what it reads: a column that was not mapped then was not kept."""
        statement = _Received(self._feed, self._contract, pa.schema([]), [])
        missing = statement.labels_missing(present)
        if missing:
            raise WardWarehouseError(
                f"{self._feed} night {self._night}: the mapping reads {', '.join(missing)}, which was not kept with "
                "these records because it was not mapped then; extract that night of the ward again"
            )


class _Received(Statement):
    """The statement over values as received: labels in place of the source's own columns."""

    def labels_missing(self, present: list[str]) -> list[str]:
        """The columns of the mapping that were not received and are not optional."""
        missing = []
        for column_map in self._maps().values():
            if column_map.constant is not None or column_map.optional or _label(column_map) in present:
                continue
            if column_map.uses and set(column_map.uses) <= set(present):
                continue
            missing.append(_label(column_map))
        return sorted(set(missing))

    def _input(self, column_map: ColumnMap) -> Input | None:
        label = _label(column_map)
        if column_map.expression is not None and label in self._schema.names:
            return self._inputs.setdefault(label, Input(label, self._text(label)))
        return super()._input(column_map)

    def _column_input(self, name: str, path: str | None) -> Input:
        label = name + (path or "")
        if label not in self._schema.names:
            return Input(label, "CAST(NULL AS VARCHAR)")
        return super()._column_input(label, None)

    def _value(self, column: Column, column_map: ColumnMap, source: Input | None) -> str:
        if column.privacy is not Privacy.PSEUDONYMISE or source is None:
            return super()._value(column, column_map, source)
        text = identifier(source.label)
        return (
            f"CASE WHEN {text} = {self._bind(TORN)} THEN NULL "
            f"WHEN regexp_full_match({text}, {self._bind(privacy.PSEUDONYM)}) THEN {text} "
            f"ELSE {self._values.keyed(text, column.name)} END"
        )


def _label(column_map: ColumnMap) -> str:
    """The name under which `received` keeps the input of a mapping."""
    if column_map.expression is not None:
        return f"={column_map.expression}"
    return (column_map.from_ or "") + (column_map.path or "")


def _known_words(feed: Feed, keys: Keys) -> dict[str | None, str]:
    """Every code and alias that the mapping knows now, by its pseudonym under each key."""
    words = {folded(code) for table in feed.system.codes.values() for code in table}
    words |= {folded(alias) for alias in feed.ward.aliases}
    words |= {value for column in CONTRACTS[feed.record_kind].columns for value in column.values}
    return {
        privacy.pseudonym(word, key, key_id, column): word
        for key_id, key in keys.items()
        for column in (privacy.CODE_COLUMN, None)
        for word in words
    }
