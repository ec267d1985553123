"""From a ward's own columns to the contract: one generated DuckDB statement per feed, run over Arrow batches.

Mapping never refuses a record and never guesses: what cannot be read or translated becomes null and is named in
`unreadable` or `unmapped`, and the suites in `expectations/` judge it from there. Personal data is treated in the same
statement, so that nothing untreated leaves the memory.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ward_warehouse.core.contracts import (
    CONTRACTS,
)
from ward_warehouse.core.nights import night_end
from ward_warehouse.mapping import privacy
from ward_warehouse.mapping.duckdb_memory import open_cursor
from ward_warehouse.mapping.own_rows import OwnRows
from ward_warehouse.mapping.plain_text import plain_columns
from ward_warehouse.mapping.shortcuts import GIVEN, short_ways
from ward_warehouse.mapping.statement import (
    AHEAD,
    COURSE,
    ENDS,
    LAST_INSTANT,
    MARKERS,
    NEW,
    NOT_AHEAD,
    RECEIVED,
    UNMAPPED,
    Statement,
)
from ward_warehouse.registry import Feed
from ward_warehouse.sources import FAULT, POSITION

ROWS_WORTH_A_PLAN = 500
"""So many are mapped by a good plan in less time than by any, with the time that it takes to find it."""


class Mapper:
    """Maps the batches of one record kind on one night.

    Args:
        feed: the ward's feed.
        night: the date that the records are landed under.
        key: the pseudonym key.
        key_id: its id, which stands before every hash made with it.
    """

    def __init__(self, feed: Feed, night: date, key: bytes, key_id: str = privacy.FIRST_KEY_ID) -> None:
        self._feed = feed
        self._contract = CONTRACTS[feed.record_kind]
        self._night = night
        self._end = night_end(night, feed.district.time_zone)
        self._key, self._key_id = key, key_id
        self._codes = None if feed.catalogue is None else pa.array(sorted(feed.catalogue.codes), pa.string())
        self._db = open_cursor()
        self._rows = OwnRows(feed, night)

    def map(self, batch: pa.Table, new_columns: list[str]) -> pa.Table:
        """The batch in the contract's columns, its date twins, the technical columns, the markers and `received`.

        Where a source holds the records of several wards, only those of the feed's ward.

        Args:
            batch: a table of a source: its own columns, `POSITION` and `FAULT`.
            new_columns: columns that the mapping does not know; their values are kept as keyed hashes in `extras`.
        """
        batch = self._name_columns(batch, new_columns)
        batch = self._own(_with_absent_columns(batch, self._feed.mapping.source_columns()))
        plain = plain_columns(batch)
        given = self._short_ways(batch, plain)
        for name, values in given.items():
            batch = batch.append_column(GIVEN + name, values)
        built = self._statement(batch.schema, new_columns, plain, given)
        return self._finish(self._run(batch, built, *built.build()))

    def _name_columns(self, batch: pa.Table, new_columns: list[str]) -> pa.Table:
        """The columns that the mapping names, and new ones under names of ours.

        SQL takes names for the same that differ in case alone, and reads the first of them: a new column would stand in
        for the one that is mapped. What a source calls like `POSITION` or `FAULT` stands before them, and is left out.
        """
        places = {name: place for place, name in enumerate(batch.column_names)}
        names = {name: name for name in (*self._feed.mapping.source_columns(), POSITION, FAULT)}
        names = {name: name for name in names if name in places}
        names |= {name: f"{NEW}{n}" for n, name in enumerate(new_columns) if name in places and name not in names}
        return batch.select([places[name] for name in names]).rename_columns(list(names.values()))

    def _short_ways(self, batch: pa.Table, plain: frozenset[str]) -> dict[str, pa.Array]:
        def read(values: pa.Table, steps: list[str]) -> pa.Table:
            built = self._statement(values.schema, [], plain)
            return self._run(values, built, *built.build_values(steps))

        return short_ways(batch, plain, self._statement(batch.schema, [], plain).short_steps(), read)

    def _run(self, batch: pa.Table, built: Statement, statement: str, parameters: dict[str, object]) -> pa.Table:
        # To look for the best plan takes longer than to map a few records by any: a third of their time.
        self._db.execute(f"PRAGMA {'enable' if batch.num_rows >= ROWS_WORTH_A_PLAN else 'disable'}_optimizer")
        self._db.register("batch", batch)
        if built.hashed:
            parameters |= privacy.key_parameters(self._key, self._key_id, built.hashed)
        found = self._db.execute(statement, parameters).to_arrow_table()
        self._db.unregister("batch")
        return found

    def _own(self, batch: pa.Table) -> pa.Table:
        return self._rows.of(batch, self._db)

    def _statement(
        self, schema: pa.Schema, new_columns: list[str], plain: frozenset[str], given: Collection[str] = ()
    ) -> Statement:
        return Statement(self._feed, self._contract, schema, new_columns, plain, given)

    def close(self) -> None:
        """Releases the connection and what was registered on it."""
        self._db.close()

    def _finish(self, mapped: pa.Table) -> pa.Table:
        rows = mapped.num_rows
        constants = {
            "ward_key": pa.array([self._feed.ward.ward] * rows, pa.string()),
            "district_code": pa.array([self._feed.ward.district] * rows, pa.string()),
            "night": pa.array([self._night] * rows, pa.date32()),
            "system": pa.array([self._feed.system.system] * rows, pa.string()),
        }
        for name, values in constants.items():
            mapped = mapped.append_column(name, values)
        mapped = self._mark_ahead(self._check_catalogue(self._instants(mapped)))
        mapped = mapped.append_column(COURSE, _course(mapped))
        columns = [*self._contract.schema().names, *MARKERS, RECEIVED]
        return mapped.select(columns).cast(self._target_schema(mapped.schema))

    def _instants(self, mapped: pa.Table) -> pa.Table:
        """Local times as instants, each with its date twin."""
        for column in self._contract.stored:
            if column.type != "timestamp":
                continue
            local = mapped[column.name]
            if column.local_date:
                mapped = mapped.append_column(column.date_name, pc.cast(local, pa.date32(), safe=False))
            # Twice a year a zone with summer time has an hour that comes twice, or not at all: the earlier reading.
            instant = pc.assume_timezone(
                local, self._feed.district.time_zone, ambiguous="earliest", nonexistent="earliest"
            )
            # West of Greenwich the last evening of the year 9999 would be one that Python cannot hold.
            last = pa.scalar(LAST_INSTANT, instant.type)
            instant = pc.if_else(pc.greater(instant, last), last, instant)
            mapped = mapped.set_column(mapped.column_names.index(column.name), column.name, instant)
        return mapped

    def _check_catalogue(self, mapped: pa.Table) -> pa.Table:
        for column in self._contract.stored:
            if self._codes is None or not column.in_catalogue:
                continue
            code = mapped[column.name]
            unknown = pc.and_(pc.is_valid(code), pc.invert(pc.is_in(code, value_set=self._codes)))
            known = pc.coalesce(mapped[UNMAPPED], pa.scalar("|"))
            marked = pc.if_else(unknown, pc.binary_join_element_wise(known, f"{column.name}|", ""), mapped[UNMAPPED])
            mapped = mapped.set_column(mapped.column_names.index(UNMAPPED), UNMAPPED, marked)
        return mapped

    def _mark_ahead(self, mapped: pa.Table) -> pa.Table:
        """What is stored is what the source says; that such a time counts as the night's end is the order's affair."""
        marks = pa.nulls(mapped.num_rows, pa.string())
        for name in NOT_AHEAD:
            if name not in mapped.column_names:
                continue
            times = mapped[name]
            later = pc.fill_null(pc.greater(times, pa.scalar(self._end, times.type)), False)
            if pc.any(later).as_py():
                marked = pc.binary_join_element_wise(pc.coalesce(marks, pa.scalar("|")), f"{name}|", "")
                marks = pc.if_else(later, marked, marks)
        return mapped.append_column(AHEAD, marks)

    def _target_schema(self, found: pa.Schema) -> pa.Schema:
        markers = [pa.field(name, pa.string()) for name in MARKERS]
        return pa.schema([*self._contract.schema(), *markers, found.field(RECEIVED)])


def _course(mapped: pa.Table) -> pa.Array:
    """The column `COURSE`: few different texts, each written once."""
    if not {"status", *ENDS} <= set(mapped.column_names):
        return pa.nulls(mapped.num_rows, pa.string())
    status = mapped["status"].combine_chunks().dictionary_encode(null_encoding="encode")
    present = [pc.is_valid(mapped[name]).to_numpy().astype(np.int64) << bit for bit, name in enumerate(ENDS)]
    which = status.indices.to_numpy(zero_copy_only=False) * (1 << len(ENDS)) + sum(present)
    texts = [
        "|".join([word or "", *(name for bit, name in enumerate(ENDS) if ends >> bit & 1), ""])
        for word in status.dictionary.to_pylist()
        for ends in range(1 << len(ENDS))
    ]
    return pa.array(texts, pa.string()).take(pa.array(which, pa.int64()))


def _with_absent_columns(batch: pa.Table, names: list[str]) -> pa.Table:
    """The batch with a column of nulls for each optional or dropped column that the source left out."""
    for name in names:
        if name not in batch.column_names:
            batch = batch.append_column(name, pa.nulls(batch.num_rows, pa.string()))
    return batch
